// One key for each element that names one (data-key): links and buttons are pressed, fields take the focus, details open.
"use strict";
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const at = event.target;
  if (at.closest("input, textarea, select")) {
    if (event.key === "Escape") at.blur();
    return;
  }
  const key = event.key.toLowerCase();
  const found = Array.from(document.querySelectorAll("[data-key]")).find((each) => each.dataset.key === key);
  if (!found) return;
  event.preventDefault();
  if (found.matches("textarea, input, select")) found.focus();
  else if (found.matches("details")) found.open = !found.open;
  else found.click();
});
