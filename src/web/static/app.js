// What pages do beyond what they do without it: components, copy buttons, announcements.
import { initAll } from "./govuk.js";

initAll();

const announcement = document.getElementById("announcement");

function announce(text) {
  if (announcement) {
    announcement.textContent = text;
  }
}

function addCopyButtons(root) {
  if (!navigator.clipboard) {
    return;
  }
  for (const number of root.querySelectorAll("[data-copy]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "app-copy";
    button.textContent = "Copy";
    const hidden = document.createElement("span");
    hidden.className = "govuk-visually-hidden";
    hidden.textContent = ` ${number.dataset.copyWhat} ${number.dataset.copy}`;
    button.append(hidden);
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(number.dataset.copy);
      announce(`Copied ${number.dataset.copy}`);
      button.firstChild.textContent = "Copied";
      setTimeout(() => {
        button.firstChild.textContent = "Copy";
      }, 2000);
    });
    number.after(" ", button);
  }
}

addCopyButtons(document);

document.addEventListener("htmx:after:swap", (event) => {
  const root = event.target instanceof Element ? event.target : document;
  addCopyButtons(root);
  const said = root.querySelector("[data-announce]");
  if (said) {
    announce(said.dataset.announce);
  }
});
