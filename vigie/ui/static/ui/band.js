// The band: the menu of a phone, the sheet of settings, the theme.

function startMenu() {
  const button = document.querySelector("[data-menu]");
  const places = document.getElementById("places");
  if (!button || !places) return;
  const open = (wish) => {
    button.setAttribute("aria-expanded", String(wish));
    places.classList.toggle("v-open", wish);
  };
  button.addEventListener("click", () => open(button.getAttribute("aria-expanded") !== "true"));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || button.getAttribute("aria-expanded") !== "true") return;
    open(false);
    button.focus();
  });
}

function startSheets() {
  document.addEventListener("click", (event) => {
    for (const sheet of document.querySelectorAll("details[data-sheet][open]")) {
      if (!sheet.contains(event.target)) sheet.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    const sheet = event.key === "Escape" && document.querySelector("details[data-sheet][open]");
    if (!sheet) return;
    sheet.open = false;
    sheet.querySelector("summary").focus();
  });
}

function startTheme() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const wish = event.submitter?.value;
    if (!form.matches("[data-theme-form]") || !wish) return;
    event.preventDefault();
    const root = document.documentElement;
    root.dataset.theme = wish;
    root.dispatchEvent(new Event("vigie:theme"));
    for (const button of form.querySelectorAll("button[name=theme]")) {
      button.setAttribute("aria-pressed", String(button.value === wish));
    }
    const body = new FormData(form, event.submitter);
    fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => {});
  });
}

export function startBand() {
  startMenu();
  startSheets();
  startTheme();
}
