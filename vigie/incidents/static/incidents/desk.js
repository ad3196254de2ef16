// The desk's pages gain: a count of chosen files; a template put where the cursor stands.

function count() {
  for (const output of document.querySelectorAll("[data-count-of]")) {
    const boxes = document.querySelectorAll(`input[name="${output.dataset.countOf}"]:checked`);
    const many = output.dataset.many.replace("0", String(boxes.length));
    output.textContent = boxes.length === 1 ? output.dataset.one : many;
  }
}

async function insert(event) {
  const form = event.target.closest("form[data-wording]");
  if (!form) return;
  event.preventDefault();
  const box = document.querySelector(form.dataset.into);
  const query = new URLSearchParams(new FormData(form));
  try {
    const answer = await fetch(`${form.dataset.wording}?${query}`);
    if (!answer.ok) throw new Error(answer.statusText);
    const text = await answer.text();
    box.setRangeText(text, box.selectionStart, box.selectionEnd, "end");
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.focus();
  } catch {
    form.submit(); // the page itself puts the text in
  }
}

document.addEventListener("change", count);
document.addEventListener("htmx:afterSettle", count);
document.addEventListener("submit", insert);
count();

// A file dropped anywhere on the page goes into the form that waits for one.
const zone = document.querySelector("form[data-drop]");
if (zone) {
  const input = zone.querySelector("input[type=file]");
  document.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    zone.classList.add("v-drop-here");
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) zone.classList.remove("v-drop-here");
  });
  document.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    zone.classList.remove("v-drop-here");
    input.files = event.dataTransfer.files;
    zone.requestSubmit();
  });
}
