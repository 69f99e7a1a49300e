"use strict";

function openChoice() {
  const postcode = document.querySelector("[name=yubin]").value.replace("-", "");
  window.open("/popup/addresses?q=" + encodeURIComponent(postcode), "addresses", "width=620,height=560");
}

function take(choice) {
  const opener = window.opener.document;
  for (const name of ["yubin", "jusho", "chiku"]) {
    const control = opener.querySelector(`[name=${name}]`);
    if (control) {
      control.value = choice.dataset[name];
    }
  }
  window.close();
}

for (const button of document.querySelectorAll("[data-address-choice]")) {
  button.addEventListener("click", openChoice);
}
for (const button of document.querySelectorAll("[data-yubin]")) {
  button.addEventListener("click", () => take(button));
}
for (const button of document.querySelectorAll("[data-close]")) {
  button.addEventListener("click", () => window.close());
}
