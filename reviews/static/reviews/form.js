// The item form: keeps what is typed, warns before it would be lost, and edits rows in place. Without this file the buttons do the same
// by sending the form.
"use strict";

(() => {
  const form = document.querySelector("form[data-autosave]");
  if (!form) return;
  const saved = form.querySelector("[data-saved]");
  const revision = form.elements.copy_revision;
  const EVERY = 5000; // milliseconds between two writes while somebody types
  let dirty = false;
  let stopped = false;
  let timer = 0;
  let sending = false;
  let leaving = false;

  function say(text, wrong) {
    saved.textContent = text;
    saved.classList.toggle("saved-not", Boolean(wrong));
  }

  function later() {
    if (!timer && !stopped) timer = setTimeout(keep, EVERY);
  }

  async function keep() {
    timer = 0;
    if (!dirty || stopped) return;
    if (sending) return later();
    sending = true;
    dirty = false;
    const body = new URLSearchParams(new FormData(form));
    body.set("autosave", "1");
    try {
      const answer = await fetch(form.action, { method: "POST", body, redirect: "manual", headers: { Accept: "application/json" } });
      const isJson = (answer.headers.get("Content-Type") || "").startsWith("application/json");
      const said = isJson ? await answer.json() : {};
      if (said.revision) revision.value = said.revision;
      if (answer.ok && said.at) {
        say(`已自动保存 ${said.at}，尚未存入申请`);
      } else if (said.message) {
        stopped = answer.status === 409 && !said.revision;
        dirty = dirty || !said.revision;
        say(said.message, true);
      } else {
        dirty = true;
        say("没有自动保存：登录可能已过期。另开一个窗口登录后，回到这里继续", true);
        later();
      }
    } catch {
      dirty = true;
      say("没有自动保存：连接不上，稍后再试", true);
      later();
    }
    sending = false;
    if (dirty) later();
  }

  function touched(element) {
    dirty = true;
    later();
    const box = element && element.closest("[data-element]");
    if (box) compare(box);
  }

  // The published value appears beside a field as soon as it differs.
  function compare(box) {
    const live = box.querySelector("[data-live]");
    if (!live) return;
    const single = box.querySelector(".element-field > input:not([type=hidden]), .element-field > select, .element-field > textarea");
    const published = live.querySelector(".text").textContent.trim();
    const typed = single && (single.tagName === "SELECT" ? single.selectedOptions[0].textContent : single.value).trim();
    const empty = { "": "（空）", "（未填）": "（空）" };
    const differs = single ? (empty[typed] || typed) !== published : true;
    live.hidden = !differs;
    box.querySelector("[data-mark]").hidden = !differs;
    box.classList.toggle("element-changed", differs);
  }

  form.addEventListener("input", (event) => touched(event.target));
  form.addEventListener("submit", () => {
    leaving = true;
  });
  window.addEventListener("pageshow", () => {
    leaving = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if ((dirty || sending) && !leaving) event.preventDefault();
  });
  form.addEventListener("change", (event) => {
    if (event.target.matches("[data-reloads]")) form.querySelector("[data-show]").click();
  });

  // --- rows -------------------------------------------------------------------------------------------------------------------
  function tableOf(key) {
    return form.querySelector(`table[data-rows="${key}"]`);
  }

  function number(table) {
    [...table.tBodies[0].rows].forEach((row, place) => {
      for (const field of row.querySelectorAll("[data-column]")) {
        field.setAttribute("aria-label", `${table.dataset.label}第 ${place + 1} 行：${field.dataset.column}`);
      }
      for (const button of row.querySelectorAll("[data-act]")) {
        const act = button.dataset.act;
        button.value = act === "remove" ? `${table.dataset.rows}:${place}` : `${table.dataset.rows}:${place}:${act}`;
        button.setAttribute("aria-label", `${table.dataset.label}第 ${place + 1} 行${button.dataset.word}`);
      }
    });
  }

  function addRow(table, after) {
    const blank = form.querySelector(`template[data-row="${table.dataset.rows}"]`).content.firstElementChild.cloneNode(true);
    if (after) after.after(blank);
    else table.tBodies[0].append(blank);
    number(table);
    return blank;
  }

  function fieldsOf(row) {
    return [...row.querySelectorAll("[data-column]")];
  }

  function move(row, up) {
    const other = up ? row.previousElementSibling : row.nextElementSibling;
    if (!other) return;
    if (up) other.before(row);
    else other.after(row);
    number(row.closest("table"));
  }

  form.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.add) {
      event.preventDefault();
      const row = addRow(tableOf(button.dataset.add));
      touched(row);
      fieldsOf(row)[0].focus();
    } else if (button.dataset.act) {
      event.preventDefault();
      const row = button.closest("tr");
      const table = row.closest("table");
      if (button.dataset.act === "remove") {
        const next = row.nextElementSibling || row.previousElementSibling;
        row.remove();
        number(table);
        (next ? fieldsOf(next)[0] : form.querySelector(`[data-add="${table.dataset.rows}"]`)).focus();
        touched(table);
      } else {
        move(row, button.dataset.act === "up");
        button.focus();
        touched(row);
      }
    } else if (button.name === "paste") {
      event.preventDefault();
      const box = form.querySelector(`[data-paste="${button.value}"]`);
      fill(tableOf(button.value), null, cut(box.value));
      box.value = "";
    }
  });

  form.addEventListener("keydown", (event) => {
    const field = event.target;
    const row = field.closest && field.closest("table[data-rows] tbody tr");
    if (!row || !field.dataset.column) return;
    if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      event.preventDefault();
      move(row, event.key === "ArrowUp");
      field.focus();
      touched(row);
    } else if (event.key === "Enter" && !event.isComposing && (field.tagName !== "TEXTAREA" || event.ctrlKey)) {
      event.preventDefault();
      const place = fieldsOf(row).indexOf(field);
      const next = row.nextElementSibling || addRow(row.closest("table"), row);
      const last = row.nextElementSibling === next && !fieldsOf(next).some((each) => each.value.trim());
      fieldsOf(next)[last ? 0 : place].focus();
      touched(row);
    }
  });

  // --- a column from a spreadsheet ---------------------------------------------------------------------------------------------
  // Lines and tabulators; a cell of several lines stands in quotation marks, and the marks inside are doubled.
  function cut(text) {
    const rows = [];
    let row = [];
    let cell = "";
    let quoted = false;
    for (let at = 0; at < text.length; at += 1) {
      const sign = text[at];
      if (quoted) {
        if (sign === '"' && text[at + 1] === '"') {
          cell += '"';
          at += 1;
        } else if (sign === '"') quoted = false;
        else cell += sign;
      } else if (sign === '"' && cell === "") quoted = true;
      else if (sign === "\t" || sign === "\n") {
        row.push(cell);
        cell = "";
        if (sign === "\n") {
          rows.push(row);
          row = [];
        }
      } else if (sign !== "\r") cell += sign;
    }
    rows.push([...row, cell]);
    return rows.filter((each) => each.some((value) => value.trim()));
  }

  // From ``field`` downwards and to the right; new rows where there are none left.
  function fill(table, field, lines) {
    let row = field ? field.closest("tr") : null;
    const first = field ? fieldsOf(row).indexOf(field) : 0;
    lines.forEach((cells, line) => {
      if (!field || line) row = (field && row && row.nextElementSibling) || addRow(table, field ? row : null);
      const fields = fieldsOf(row);
      cells.forEach((value, place) => {
        const to = fields[first + place];
        if (to) to.value = value.trim();
      });
    });
    if (row) fieldsOf(row)[first].focus();
    touched(table);
  }

  form.addEventListener("paste", (event) => {
    const field = event.target;
    if (!field.dataset || !field.dataset.column || field.tagName === "SELECT") return;
    const text = event.clipboardData.getData("text/plain");
    const sheet = event.clipboardData.getData("text/html").includes("<table") || text.includes("\t");
    const lines = cut(text);
    if (lines.length < 2 && !text.includes("\t")) return;
    // Several lines of prose in a field of several lines are that field's own.
    if (!sheet && field.tagName === "TEXTAREA") return;
    event.preventDefault();
    fill(field.closest("table"), field, lines);
  });

  // An address that names a field opens its section and puts the cursor there; errors come first.
  function arrive() {
    const place = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!place || !form.contains(place)) return;
    const section = place.closest("details");
    if (section) section.open = true;
    const field = place.querySelector("input:not([type=hidden]), textarea, select, button");
    if (field) field.focus();
  }
  window.addEventListener("hashchange", arrive);
  const errors = document.getElementById("errors");
  if (errors) errors.focus();
  else arrive();
})();
