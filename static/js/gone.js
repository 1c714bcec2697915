// When nobody is signed in any more (signed out in another tab, deactivated): the page says so and shows nothing else.
let over = false;

// Whether an answer led to the page where one signs in, or chooses among the organizations one still belongs to.
export function isOut(answer) {
  return answer.status === 401 || (answer.redirected && /^\/(sign-in|organization)\b/.test(new URL(answer.url).pathname));
}

// Whether it was said; `now` says it.
export function gone(now = false) {
  if (!now || over) return over;
  over = true;
  const main = document.createElement("main"), title = document.createElement("h1"), text = document.createElement("p");
  const link = document.createElement("a");
  main.className = "gone";
  main.id = "main";
  title.textContent = "You are signed out";
  title.tabIndex = -1;
  text.textContent = "What this page showed is hidden. Sign in to go on; what was typed here and not sent is not kept.";
  link.className = "btn primary";
  link.href = location.pathname + location.search;
  link.textContent = "Sign in";
  main.append(title, text, link);
  document.body.replaceChildren(main);
  document.title = "Signed out · Countersign";
  title.focus();
  return true;
}
