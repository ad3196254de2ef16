// Forms marked data-resend: sent by fetch, held while there is no network, sent again when it is
// back. The form carries an idempotency key, so that a repeated sending creates nothing twice.
import { forget, keep } from "./keep.js";
import { element, say } from "./words.js";

const PAUSES = [2, 5, 10, 20, 30]; // seconds between tries

function state(form, name, withRetry) {
  let bar = form.querySelector(":scope > .v-line-state");
  if (!bar) {
    bar = element("div", "v-line-state");
    bar.setAttribute("role", "status");
    form.append(bar);
  }
  bar.dataset.state = name;
  bar.textContent = say(name === "signed-out" ? "signedOut" : name);
  if (withRetry) {
    const button = element("button", "btn btn-sm v-push", say("retry"));
    button.type = "button";
    button.addEventListener("click", withRetry);
    bar.append(button);
  }
}

function lock(form, locked) {
  for (const button of form.querySelectorAll("button:not([type=button])")) {
    button.toggleAttribute("disabled", locked);
  }
}

// The answer names the next page, or is the form again: with its errors, or with one more row.
async function take(form, answer) {
  if (answer.status >= 500 || answer.status === 429) return "again";
  const next = answer.headers.get("Vigie-Location");
  if (next) return arrive(form, new URL(next, window.location.href));
  const shown = answer.ok || answer.status === 422;
  return shown ? show(form, await answer.text()) : "refused";
}

function arrive(form, next) {
  const signIn = document.body.dataset.signIn;
  if (signIn && next.pathname === signIn) {
    state(form, "signed-out");
    lock(form, false);
    return "stop";
  }
  state(form, "saved");
  forget(form);
  open(next);
  return "stop";
}

// A fragment alone only scrolls: the page that is already open would stay as it was.
function open(next) {
  const here = window.location;
  const isSamePage = next.pathname === here.pathname && next.search === here.search;
  here.assign(next);
  if (isSamePage && next.hash) here.reload();
}

function show(form, text) {
  const page = new DOMParser().parseFromString(text, "text/html");
  const fresh = (form.id && page.getElementById(form.id)) || page.querySelector("form[data-resend]");
  if (!fresh) return "refused";
  const adopted = document.adoptNode(fresh);
  form.replaceWith(adopted);
  start(adopted);
  if (adopted.dataset.keep) keep(adopted);
  window.htmx?.process(adopted);
  adopted.querySelector("[data-focus]")?.focus();
  return "stop";
}

function post(address, body) {
  const headers = { "Vigie-Resend": "1" };
  return fetch(address, { method: "POST", body, headers, redirect: "manual" });
}

async function send(form, address, body) {
  let tries = 0;
  let timer;
  let busy = false;
  const attempt = async () => {
    clearTimeout(timer);
    if (busy) return;
    busy = true;
    state(form, "sending");
    let outcome = "again";
    try {
      outcome = await take(form, await post(address, body));
    } catch {
      // no network: wait
    }
    busy = false;
    if (outcome === "stop") return window.removeEventListener("online", attempt);
    if (outcome === "refused") {
      window.removeEventListener("online", attempt);
      state(form, "refused");
      return lock(form, false);
    }
    state(form, "waiting", attempt);
    timer = setTimeout(attempt, PAUSES[Math.min(tries++, PAUSES.length - 1)] * 1000);
  };
  window.addEventListener("online", attempt);
  await attempt();
}

function start(form) {
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    event.preventDefault();
    const body = new FormData(form, event.submitter);
    const own = event.submitter?.hasAttribute("formaction");
    lock(form, true);
    send(form, own ? event.submitter.formAction : form.action, body);
  });
}

function line() {
  let bar;
  const show = () => {
    bar?.remove();
    if (navigator.onLine) return;
    bar = element("div", "v-bar v-bar-line");
    bar.setAttribute("role", "status");
    bar.append(element("div", "v-wrap", say("offline")));
    document.querySelector("main")?.before(bar);
  };
  window.addEventListener("offline", show);
  window.addEventListener("online", show);
  show();
}

export function startSending() {
  const forms = document.querySelectorAll("form[data-resend]");
  for (const form of forms) start(form);
  // Coming back to a page that was sent, the browser would show it as it was left: locked.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted && forms.length) window.location.reload();
  });
  line();
}
