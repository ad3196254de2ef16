// A drawing wider than its box begins at its end: what happens now.
export function startLanes() {
  for (const box of document.querySelectorAll(".v-lanes")) box.scrollLeft = box.scrollWidth;
}
