/* Choosing in a list by initials (<select data-letters>, options like "HN 河南省"): what is the only one is chosen;
   where several begin alike they are shown with numbers, and none is chosen until somebody says which. */
"use strict";

(() => {
  const PAUSE = 1500, NUMBERED = 9;
  let typed = "", since = 0;

  const lettersOf = (option) => option.text.split(" ")[0].toUpperCase();
  const nameOf = (option) => option.text.slice(option.text.indexOf(" ") + 1);
  const listOf = (select) => select.parentElement.querySelector(".letters");

  function candidates(select) {
    return Array.from(select.options).filter((option) => option.value && !option.disabled && lettersOf(option).startsWith(typed));
  }

  function close(select) {
    listOf(select)?.remove();
  }

  function choose(select, value) {
    close(select);
    if (select.value === value) return;
    select.value = value;
    ["input", "change"].forEach((type) => select.dispatchEvent(new Event(type, { bubbles: true })));
  }

  function say(select, text) {
    close(select);
    const list = document.createElement("div");
    list.className = "picks letters";
    list.setAttribute("role", "status");
    const told = document.createElement("p");
    told.className = "hint";
    told.textContent = text;
    list.append(told);
    select.parentElement.append(list);
    return list;
  }

  function offer(select, found) {
    const more = found.length > NUMBERED ? `，还有 ${found.length - NUMBERED} 个，请接着输字母` : "";
    const list = say(select, `${typed} 有 ${found.length} 个，按数字选${more}`);
    found.slice(0, NUMBERED).forEach((option, index) => {
      const button = document.createElement("button");
      button.type = "button";
      button.tabIndex = -1;
      button.className = "letter";
      button.dataset.value = option.value;
      const key = document.createElement("kbd");
      key.textContent = String(index + 1);
      button.append(key, ` ${nameOf(option)}`);
      list.append(button);
    });
  }

  function letterTyped(select, letter) {
    const now = Date.now();
    typed = now - since < PAUSE ? typed + letter : letter;
    since = now;
    const found = candidates(select);
    if (found.length === 1) choose(select, found[0].value);
    else if (found.length) offer(select, found);
    else { say(select, `没有以 ${typed} 开头的，请重新输入。`); typed = ""; }
  }

  document.addEventListener("keydown", (event) => {
    const select = event.target.closest?.("select[data-letters]");
    if (!select || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const letter = event.code.startsWith("Key") ? event.code.slice(3) : "";
    const numbered = listOf(select)?.querySelectorAll("[data-value]")[Number(event.key) - 1];
    if (letter) letterTyped(select, letter);
    else if (numbered) choose(select, numbered.dataset.value);
    else if (event.key === "Escape" && listOf(select)) close(select);
    else return;
    event.preventDefault();
  }, true);
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.(".letters [data-value]");
    if (button) choose(button.closest(".f").querySelector("select"), button.dataset.value);
  });
  document.addEventListener("focusout", (event) => {
    const select = event.target.closest?.("select[data-letters]");
    if (select) { typed = ""; close(select); }
  });
})();
