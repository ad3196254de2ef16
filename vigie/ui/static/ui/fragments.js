// Parts of a page that refresh themselves: when they cannot, the page says so instead of pretending.
import { element, say } from "./words.js";

let bar;

function old() {
  if (bar?.isConnected) return;
  bar = element("div", "v-bar v-bar-line");
  bar.setAttribute("role", "status");
  bar.append(element("div", "v-wrap", say("stale")));
  document.querySelector("main")?.before(bar);
}

export function startFragments() {
  document.addEventListener("htmx:sendError", old);
  document.addEventListener("htmx:timeout", old);
  document.addEventListener("htmx:responseError", old);
  document.addEventListener("htmx:afterOnLoad", (event) => {
    if (event.detail.successful) bar?.remove();
  });
}
