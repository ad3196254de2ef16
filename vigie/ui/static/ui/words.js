// The sentences that scripts say, in the reader's language, from the page.
const page = document.getElementById("v-words");

export const say = (name) => page?.dataset[name] ?? "";

// An element of the page with text; never HTML.
export function element(tag, className, text) {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text ?? "";
  return made;
}

// Speak to screen readers without moving the focus.
export function announce(text) {
  let region = document.getElementById("v-announce");
  if (!region) {
    region = element("div", "v-sr");
    region.id = "v-announce";
    region.setAttribute("role", "status");
    document.body.append(region);
  }
  region.textContent = text;
}
