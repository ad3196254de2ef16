// Before the first paint: "auto" follows the device, and the page knows that scripts run.
(() => {
  const root = document.documentElement;
  root.classList.add("v-js");
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const wish = root.dataset.theme;
    root.dataset.bsTheme = wish === "dark" || (wish === "auto" && dark.matches) ? "dark" : "light";
  };
  apply();
  dark.addEventListener("change", apply);
  root.addEventListener("vigie:theme", apply);
})();
