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

// What was put in says what is read aloud, and where the focus goes on.
function take(attribute) {
  const found = document.querySelector(`[${attribute}]`);
  const said = found?.getAttribute(attribute);
  found?.removeAttribute(attribute);
  return [found, said];
}

function nextField(row) {
  for (let next = row.nextElementSibling; next; next = next.nextElementSibling) {
    const field = next.querySelector("input:not([type=hidden])");
    if (field) {
      return field;
    }
  }
  return row.querySelector("[tabindex]");
}

document.addEventListener("htmx:after:swap", (event) => {
  addCopyButtons(event.target?.isConnected ? event.target : document);
  const [, said] = take("data-announce");
  if (said) {
    announce(said);
  }
  const [right] = take("data-focus-next");
  const [wrong] = take("data-focus-first");
  const field =
    (right && nextField(right)) ??
    wrong?.querySelector(".govuk-input--error, input:not([type=hidden])");
  field?.focus();
});
