// Citations are read while they are typed: the texts of the field's rows go to the server, what the law library says comes back.
(() => {
  const PAUSE = 700;
  for (const box of document.querySelectorAll("[data-bases]")) {
    const field = box.closest("[data-element]");
    const token = document.querySelector("[name=csrfmiddlewaretoken]");
    if (!field || !token) continue;
    let timer = 0;
    let turn = 0;
    let read = null;
    const texts = () => [...field.querySelectorAll("tbody textarea")].map((row) => row.value).filter((text) => text.trim());
    const ask = async () => {
      const now = texts();
      if (read === now.join("\n\n")) return;
      const mine = ++turn;
      const body = new FormData();
      body.append("csrfmiddlewaretoken", token.value);
      for (const text of now) body.append("text", text);
      const answer = await fetch(box.dataset.bases, { method: "POST", body, redirect: "manual" }).catch(() => null);
      if (!answer || !answer.ok || mine !== turn) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      box.replaceChildren(...page.body.childNodes);
      read = now.join("\n\n");
    };
    const later = () => {
      clearTimeout(timer);
      timer = setTimeout(ask, PAUSE);
    };
    read = texts().join("\n\n");
    field.addEventListener("input", later);
    field.addEventListener("click", later);
  }
})();
