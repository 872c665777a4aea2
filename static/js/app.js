/* Keys, the ID check while typing, and guards against lost or doubled work.
   Everything here is a convenience: each page works without it. */
"use strict";

(() => {
  const root = document.documentElement;
  const all = (selector, from = document) => Array.from(from.querySelectorAll(selector));
  const box = (el) => el instanceof HTMLInputElement && ["radio", "checkbox", "button", "submit", "file"].includes(el.type);
  const typing = (el) => (el?.matches?.("input, textarea, select") && !box(el)) || el?.isContentEditable;

  /* ---- keys ------------------------------------------------------------------------------ */

  const keysOff = () => root.dataset.keys === "off";

  function setKeys(state) {
    root.dataset.keys = state;
    try { localStorage.setItem("keys", state); } catch { /* a browser without storage keeps the default */ }
    all("[data-keys-toggle]").forEach((button) => {
      button.hidden = false;
      button.textContent = state === "off" ? "快捷键：关" : "快捷键：开";
      button.setAttribute("aria-pressed", String(state !== "off"));
    });
  }

  function storedKeys() {
    try { return localStorage.getItem("keys") === "off" ? "off" : "on"; } catch { return "on"; }
  }

  /* Ctrl+Enter sends the form that one is in: that of an open box, never the page's own behind it, and never
     one that is on its way already; one that is marked "inside" only from within. */
  function formOfKey() {
    const own = document.activeElement?.closest?.("form");
    if (own) return own.matches("[data-submit-key], details.confirm form") ? own : null;
    return document.querySelector("details.confirm[open] form") ? null : document.querySelector("form[data-submit-key='']");
  }

  function submitByKey() {
    const form = formOfKey();
    if (!form) return false;
    const elements = Array.from(form.elements);
    if (elements.some((el) => el.hasAttribute("data-held"))) return true;
    const sends = elements.filter((el) => el.matches("button:not([type=button]), input[type=submit]") && !el.disabled);
    const button = sends.find((el) => el.matches(".go")) || (form.matches("details.confirm form") ? sends[0] : undefined);
    form.requestSubmit(button);
    return true;
  }

  function chooseByDigit(event) {
    const inside = document.activeElement?.closest?.("fieldset.choice");
    const fieldset = inside || document.querySelector("fieldset.choice.keys");
    const option = fieldset && all("input[type=radio], input[type=checkbox]", fieldset)[Number(event.key) - 1];
    if (!option || option.disabled) return;
    event.preventDefault();
    option.focus();
    option.click();
  }

  function pressed(event) {
    if (event.isComposing || event.defaultPrevented) return;
    if (event.key === "Enter" && event.ctrlKey && !event.repeat) {
      if (submitByKey()) event.preventDefault();
      return;
    }
    if (event.key === "Escape") { all("details.confirm[open]").forEach((panel) => { panel.open = false; panel.firstElementChild.focus(); }); return; }
    if (keysOff() || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === "/" || (event.code === "Slash" && !event.shiftKey)) {
      const search = document.querySelector(".find input[type=search]");
      if (search) { event.preventDefault(); search.focus(); search.select(); }
      return;
    }
    if (/^[1-9]$/.test(event.key)) { chooseByDigit(event); return; }
    const name = event.code?.startsWith("Key") ? event.code.slice(3) : event.key.toUpperCase();
    const target = all("[data-key]").find((el) => el.dataset.key.toUpperCase() === name && el.getClientRects().length);
    if (target) { event.preventDefault(); target.focus(); target.click(); }
  }

  /* ---- the resident's ID number (GB 11643): a wrong digit is said before anything is sent -- */

  const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  const CHECKED = ["01", "07", "17"];

  const tidyNumber = (text) => text.normalize("NFKC").replace(/[\s\-·]/g, "").toUpperCase();

  function birthDate(number) {
    const [year, month, day] = [number.slice(6, 10), number.slice(10, 12), number.slice(12, 14)].map(Number);
    const date = new Date(Date.UTC(year, month - 1, day));
    const real = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
    return real ? `${number.slice(6, 10)}-${number.slice(10, 12)}-${number.slice(12, 14)}` : null;
  }

  function age(born, today) {
    const years = Number(today.slice(0, 4)) - Number(born.slice(0, 4));
    return today.slice(5) < born.slice(5) ? years - 1 : years;
  }

  function readNumber(number) {
    if (number.length === 15) return { ok: false, text: "15 位旧号码不再受理，请录入 18 位号码。" };
    if (!/^\d{17}[\dX]$/.test(number)) return { ok: false, text: `应为 18 位，现在是 ${number.length} 位或含有其他字符，请核对。` };
    const born = birthDate(number);
    const today = root.dataset.today || new Date().toISOString().slice(0, 10);
    if (!born || born > today) return { ok: false, text: "号码里的出生日期不存在，请核对。" };
    const sum = WEIGHTS.reduce((total, weight, index) => total + weight * Number(number[index]), 0);
    if ("10X98765432"[sum % 11] !== number[17]) return { ok: false, text: "校验位不对，请核对。" };
    const sex = Number(number[16]) % 2 ? "男" : "女";
    return { ok: true, text: `校验位正确 · ${sex} · ${born} · ${age(born, today)} 岁` };
  }

  function saidBeside(input) {
    const id = `${input.id || input.name}_said`;
    let said = document.getElementById(id);
    if (!said) {
      said = document.createElement("span");
      said.id = id;
      said.className = "hint said";
      said.setAttribute("aria-live", "polite");
      (input.closest(".f") || input.parentElement).append(said);
      input.setAttribute("aria-describedby", [input.getAttribute("aria-describedby"), id].filter(Boolean).join(" "));
    }
    return said;
  }

  function checkNumber(input) {
    const said = saidBeside(input);
    const type = document.getElementById(input.dataset.idType || "")?.value || "01";
    const judged = CHECKED.includes(type) && !(type === "07" && input.value.length !== 18);
    const result = input.value && judged ? readNumber(input.value) : { ok: true, text: "" };
    said.textContent = result.text;
    said.className = result.ok ? "hint said ok" : "err said";
    if (!result.ok) input.setAttribute("aria-invalid", "true");
    else if (!input.closest(".f.bad")) input.removeAttribute("aria-invalid");
  }

  function nextField(input) {
    const fields = Array.from(input.form?.elements || []).filter((el) =>
      el.matches("input, select, textarea, button") && el.type !== "hidden" && !el.disabled && !el.readOnly && el.getClientRects().length);
    return fields[fields.indexOf(input) + 1];
  }

  /* a scanner types the number and Enter: go on to the next field, do not send a half-filled form */
  function scanned(event) {
    if (event.key !== "Enter" || event.ctrlKey || event.isComposing || !event.target.matches?.("[data-id-number]")) return;
    if (event.target.form?.matches("[data-enter-submits]")) return;
    event.preventDefault();
    const next = nextField(event.target);
    if (next) next.focus();
    else event.target.blur();
  }

  function settled(event) {
    if (event.target.matches?.("[data-id-number]")) event.target.value = tidyNumber(event.target.value);
  }

  /* ---- guards ------------------------------------------------------------------------------ */

  const unsaved = new Set();

  function submitted(event) {
    const form = event.target;
    setTimeout(() => {
      if (event.defaultPrevented) return;
      unsaved.delete(form);
      if (form.method !== "post" || form.matches("[data-download]")) return;
      Array.from(form.elements).filter((el) => el.matches("button:not([type=button]), input[type=submit]") && !el.disabled)
        .forEach((el) => { el.disabled = true; el.dataset.held = ""; el.setAttribute("aria-busy", "true"); });
    });
  }

  function released() {
    all("[data-held]").forEach((el) => { el.disabled = false; delete el.dataset.held; el.removeAttribute("aria-busy"); });
  }

  /* ---- picking an institution: a text box with a list below (ARIA combobox); see agency/directory/fields.py ---- */

  const pickOf = (el) => el?.closest?.("[data-pick]");
  const pickBox = (pick) => pick.querySelector("[role=combobox]");
  const pickCode = (pick) => pick.querySelector("input[type=hidden]");
  const pickOptions = (pick) => all("[role=option]", pick);
  const pickOpen = (pick) => !pick.querySelector(".picks").hidden;
  const pickMarked = (pick) => pick.querySelector("[role=option][aria-selected=true]");

  function markPick(pick, option) {
    pickOptions(pick).forEach((el) => el.setAttribute("aria-selected", String(el === option)));
    if (!option) { pickBox(pick).removeAttribute("aria-activedescendant"); return; }
    pickBox(pick).setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  function showPicks(pick, open) {
    const list = pick.querySelector(".picks");
    list.hidden = !open;
    pickBox(pick).setAttribute("aria-expanded", String(open && pickOptions(pick).length > 0));
    pick.querySelector("[role=status]").textContent = open ? list.querySelector(".hint")?.textContent ?? "" : "";
    markPick(pick, null);
  }

  function takePick(pick, option) {
    const input = pickBox(pick);
    input.value = option.dataset.name;
    pickCode(pick).value = option.dataset.code;
    if (input.form?.matches("[data-guard]")) unsaved.add(input.form);
    showPicks(pick, false);
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  const askPicks = (pick) => pickBox(pick).dispatchEvent(new CustomEvent("pick"));

  function pickTyped(event) {
    const pick = event.target.matches?.("[role=combobox]") && pickOf(event.target);
    if (!pick) return;
    pickCode(pick).value = "";
    if (!event.isComposing) askPicks(pick);
  }

  function pickPressed(event) {
    const pick = event.target.matches?.("[role=combobox]") && pickOf(event.target);
    if (!pick || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    const options = pickOptions(pick), marked = pickMarked(pick);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!pickOpen(pick)) { askPicks(pick); return; }
      const from = marked ? options.indexOf(marked) : event.key === "ArrowDown" ? -1 : options.length;
      markPick(pick, options[(from + (event.key === "ArrowDown" ? 1 : -1) + options.length) % options.length]);
    } else if (event.key === "Enter" && pickOpen(pick) && marked) {
      event.preventDefault();
      takePick(pick, marked);
    } else if (event.key === "Escape" && pickOpen(pick)) {
      event.preventDefault();
      showPicks(pick, false);
    }
  }

  /* ---- errors: first to the summary, from there to the field ---------------------------------- */

  const toSummary = (from) => from.querySelector?.(".errors[tabindex]")?.focus();

  function toField(event) {
    const target = document.getElementById(event.target.closest?.(".errors a")?.hash.slice(1) || "");
    if (!target) return;
    event.preventDefault();
    const field = target.matches("input, select, textarea") ? target : target.querySelector("input:checked, input, select, textarea");
    (field || target).focus();
    (field || target).scrollIntoView({ block: "center" });
  }

  /* What a page of refusal (400, 403, 503) says first; "" for any other answer. */
  function saidBy(xhr) {
    if (![400, 403, 503].includes(xhr?.status)) return "";
    const page = new DOMParser().parseFromString(xhr.responseText, "text/html");
    const said = page.querySelector("main .sheet-card p")?.textContent.trim();
    return said ? `没有办成：${said}` : "";
  }

  function sayFailure(event) {
    const place = document.querySelector("[data-flashes]");
    if (!place || event.detail?.xhr?.status === 422) return;
    const note = document.createElement("div");
    note.className = "note bad";
    note.setAttribute("role", "alert");
    note.textContent = event.type === "htmx:sendError" ? "没有办成：连不上服务器。请检查网络后重试，填写的内容还在页面上。"
      : saidBy(event.detail?.xhr) || `没有办成：服务器答复 ${event.detail?.xhr?.status ?? ""}。请重试；仍不行请刷新页面或重新登录。`;
    place.replaceChildren(note);
    note.scrollIntoView({ block: "nearest" });
  }

  /* ---- files that were chosen stay chosen when a form comes back with its errors -------------- */

  let filesChosen = [];

  function rememberFiles(from) {
    filesChosen = all("input[type=file]", from).filter((el) => el.files.length).map((el) => [el.id, el.files]);
  }

  function putFilesBack() {
    filesChosen.forEach(([id, files]) => { const input = document.getElementById(id); if (input && !input.files.length) input.files = files; });
    filesChosen = [];
  }

  /* ---- check boxes of a list: all of a page at once, and how many are checked ------------------ */

  const boxesOf = (head) => all(`input[type=checkbox][name="${head.dataset.checkAll}"]`, head.form || document);

  function countChecked() {
    all("[data-check-all]").forEach((head) => {
      const boxes = boxesOf(head), count = boxes.filter((el) => el.checked).length;
      head.hidden = boxes.length === 0;
      head.checked = count > 0 && count === boxes.length;
      head.indeterminate = count > 0 && count < boxes.length;
      all(`[data-checked="${head.dataset.checkAll}"]`).forEach((said) => { said.textContent = count ? `${count} 件` : ""; });
    });
  }

  function checkedAll(event) {
    if (event.target.matches?.("[data-check-all]")) boxesOf(event.target).forEach((el) => { el.checked = event.target.checked; });
    if (event.target.type === "checkbox") countChecked();
  }

  /* ---- a form that met a long write is sent again by itself (503.html); its button does it at once ---- */

  function sendAgain() {
    const form = document.querySelector("form[data-again]");
    if (!form) return;
    const said = document.querySelector("[data-again-said]");
    let left = Number(form.dataset.again);
    let timer = 0;
    form.addEventListener("submit", () => clearTimeout(timer)); // by hand: not once more by itself
    const tick = () => {
      if (said) said.textContent = left > 0 ? `${left} 秒后自动再试。` : "正在再试……";
      if (left-- <= 0) form.requestSubmit();
      else timer = setTimeout(tick, 1000);
    };
    tick();
  }

  /* ---- wiring ---------------------------------------------------------------------------------- */

  function prepare(from) {
    all("[data-id-number]", from).forEach((input) => { saidBeside(input); if (input.value) checkNumber(input); });
    all(".f > .hint[id]", from).forEach((hint) => {
      const input = hint.parentElement.querySelector("input, select, textarea");
      const named = input?.getAttribute("aria-describedby")?.split(" ") || [];
      if (input && !named.includes(hint.id)) input.setAttribute("aria-describedby", [...named, hint.id].join(" "));
    });
  }

  document.addEventListener("keydown", scanned);
  document.addEventListener("keydown", pickPressed);
  ["input", "compositionend"].forEach((type) => document.addEventListener(type, pickTyped));
  document.addEventListener("focusin", (event) => {
    const pick = event.target.matches?.("[role=combobox]") && pickOf(event.target);
    if (pick && !pickCode(pick).value) askPicks(pick);
  });
  document.addEventListener("focusout", (event) => { const pick = pickOf(event.target); if (pick) showPicks(pick, false); });
  document.addEventListener("mousedown", (event) => { if (event.target.closest?.(".picks")) event.preventDefault(); });
  document.addEventListener("keydown", pressed);
  document.addEventListener("change", settled, true);
  document.addEventListener("change", checkedAll);
  document.addEventListener("focusout", (event) => { if (event.target.matches?.("[data-id-number]")) { settled(event); checkNumber(event.target); } });
  document.addEventListener("input", (event) => { const form = event.target.form; if (form?.matches("[data-guard]")) unsaved.add(form); });
  document.addEventListener("submit", submitted);
  document.addEventListener("invalid", (event) => { const told = event.target.dataset.needs; if (told && event.target.validity.valueMissing) event.target.setCustomValidity(told); }, true);
  document.addEventListener("change", (event) => { if (event.target.dataset.needs) event.target.setCustomValidity(""); });
  document.addEventListener("click", (event) => {
    toField(event);
    const option = event.target.closest?.("[data-pick] [role=option]");
    if (option) takePick(pickOf(option), option);
    if (event.target.closest?.("[data-print]")) window.print();
    if (event.target.closest?.("[data-keys-toggle]")) setKeys(keysOff() ? "on" : "off");
  });
  window.addEventListener("beforeunload", (event) => { if ([...unsaved].some((form) => form.isConnected)) event.preventDefault(); });
  window.addEventListener("pageshow", released);

  ["dragover", "dragleave", "drop"].forEach((type) => document.addEventListener(type, (event) => {
    const drop = event.target.closest?.("[data-drop]");
    if (!drop) return;
    event.preventDefault();
    drop.classList.toggle("over", type === "dragover");
    const input = drop.querySelector("input[type=file]");
    if (type === "drop" && input && event.dataTransfer.files.length) {
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }));

  document.addEventListener("htmx:afterRequest", (event) => {
    const { elt, successful } = event.detail;
    if (successful && elt.matches("form, [data-saves]")) unsaved.delete(elt.closest("form"));
  });
  document.addEventListener("htmx:beforeSwap", (event) => { if (event.detail.xhr.status === 422) rememberFiles(event.detail.target); });
  document.addEventListener("htmx:afterSwap", (event) => {
    prepare(event.target);
    putFilesBack();
    toSummary(event.target);
    const pick = event.target.matches?.(".picks") && pickOf(event.target);
    if (pick) showPicks(pick, document.activeElement === pickBox(pick));
  });
  document.addEventListener("htmx:responseError", sayFailure);
  document.addEventListener("htmx:sendError", sayFailure);

  setKeys(storedKeys());
  prepare(document);
  countChecked();
  toSummary(document);
  sendAgain();
})();
