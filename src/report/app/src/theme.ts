// Dark or light: as the system has it, or as the reader says.
import { h } from "./dom.js";

const CHOICES = ["auto", "light", "dark"] as const;
type Theme = (typeof CHOICES)[number];
const KEY = "plimsoll-report-theme";

function kept(): Theme {
  try {
    return CHOICES.find((choice) => choice === localStorage.getItem(KEY)) ?? "auto";
  } catch {
    return "auto"; // A browser may refuse storage to files.
  }
}

function apply(theme: Theme): void {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  document.dispatchEvent(new Event("themechange"));
}

export function themeSwitch(): HTMLElement {
  let theme = kept();
  apply(theme);
  const select = h("select", {
    change: () => {
      theme = CHOICES.find((choice) => choice === select.value) ?? "auto";
      apply(theme);
      try {
        localStorage.setItem(KEY, theme);
      } catch {
        // Then it holds until the page is closed.
      }
    },
  });
  for (const choice of CHOICES) select.append(h("option", { value: choice }, choice));
  select.value = theme;
  return h("label", { class: "pick flat" }, h("span", {}, "Theme"), select);
}
