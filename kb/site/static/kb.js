// Completes instance types. Everything else on the site works without this.
(() => {
  const list = document.getElementById("kb-types");
  const fill = async () => {
    const answer = await fetch("/types.json");
    if (!answer.ok) return;
    list.replaceChildren(...(await answer.json()).map((name) => new Option(name, name)));
  };
  const once = { once: true };
  document.querySelectorAll("input[list=kb-types]").forEach((input) => {
    if (document.activeElement === input) fill();
    else input.addEventListener("focus", () => list.childElementCount || fill(), once);
  });
})();
