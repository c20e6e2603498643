// Keeps the table current, and says what is new to those who cannot see it.
const SECONDS = 5;
const news = document.getElementById("news");
const board = document.getElementById("board");

// What a row says, without what changes as time passes.
const rows = () =>
  Array.from(board.querySelectorAll("tbody tr"), (row) =>
    Array.from(row.children)
      .filter((cell) => !cell.classList.contains("due"))
      .map((cell) => (cell.classList.contains("seat") ? cell.lastChild : cell).textContent)
      .join(", ")
      .replace(/[0-9]+ (min|h|days?) (ago|in)/g, "")
  );

const state = () => document.getElementById("state").textContent;

const follow = async () => {
  try {
    const answer = await fetch("/text/board", { cache: "no-store" });
    if (!answer.ok) throw new Error();
    const html = await answer.text();
    const before = new Set(rows());
    const was = state();
    board.innerHTML = html;
    const told = rows().filter((row) => !before.has(row)).slice(0, 3);
    if (state() !== was) told.unshift(state());
    if (told.length) news.textContent = told.join(". ");
  } catch {
    if (!document.body.classList.contains("away"))
      news.textContent = "This page cannot reach the board. It tries again.";
    document.body.classList.add("away");
    setTimeout(follow, SECONDS * 1000);
    return;
  }
  document.body.classList.remove("away");
  setTimeout(follow, SECONDS * 1000);
};

setTimeout(follow, SECONDS * 1000);
