/**
 * Light or dark as somebody chose it, where that is not as their system says. It runs before the page is drawn, so it is
 * no module; the button that changes it is shown by this script, since it does nothing without.
 */
(() => {
  const KEY = "theme";
  const { documentElement: page } = document;
  const dark = matchMedia("(prefers-color-scheme: dark)");

  /** What was chosen; nothing where nothing was, or where nothing can be kept. */
  const chosen = () => {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null;
    }
  };

  /** @param {string | null} theme */
  const show = (theme) => {
    if (theme === "light" || theme === "dark") page.dataset.theme = theme;
    else delete page.dataset.theme;
  };

  show(chosen());
  addEventListener("storage", ({ key, newValue }) => key === KEY && show(newValue));
  addEventListener("DOMContentLoaded", () => {
    const button = document.querySelector("[data-theme-switch]");
    if (!(button instanceof HTMLButtonElement)) return;
    const isDark = () => (page.dataset.theme ?? (dark.matches ? "dark" : "light")) === "dark";
    const tell = () => button.setAttribute("aria-pressed", String(isDark()));
    button.addEventListener("click", () => {
      const next = isDark() ? "light" : "dark";
      const system = dark.matches ? "dark" : "light";
      // What the system says anyway is no choice: it may change by the hour.
      show(next === system ? null : next);
      try {
        if (next === system) localStorage.removeItem(KEY);
        else localStorage.setItem(KEY, next);
      } catch {
        // Nothing can be kept here: it holds for this page.
      }
      tell();
    });
    dark.addEventListener("change", tell);
    tell();
    button.hidden = false;
  });
})();
