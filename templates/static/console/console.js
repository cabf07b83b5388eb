// Keeps the operations page fresh: asks for the same page again and exchanges its panels.
"use strict";

const panels = document.getElementById("panels");
const announcements = document.getElementById("announcements");
const freshness = document.getElementById("freshness");
const periodMs = Number(panels.dataset.refreshSeconds) * 1000;

function announced(root) {
  return [...root.querySelectorAll("[data-announce]")].map((element) => element.dataset.announce);
}

function exchange(page) {
  const before = new Set(announced(panels));
  const focused = panels.contains(document.activeElement) ? document.activeElement.id : "";
  const opened = [...panels.querySelectorAll("details[open][id]")].map((element) => element.id);
  panels.replaceChildren(...page.getElementById("panels").childNodes);
  opened.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  freshness.replaceChildren(...page.getElementById("freshness").childNodes);
  document.title = page.title;
  // A screen reader hears what is new, not the whole page every few seconds.
  const news = announced(panels).filter((text) => !before.has(text));
  if (news.length) announcements.textContent = news.join(". ");
}

function isBusy() {
  // Neither a form being filled in nor a hidden tab is refreshed under someone's hands.
  const active = document.activeElement;
  return document.hidden || (panels.contains(active) && active.matches("input, select, textarea"));
}

async function refresh() {
  if (isBusy()) return;
  try {
    const answer = await fetch(location.href, { redirect: "manual", cache: "no-store" });
    if (answer.type === "opaqueredirect") return location.reload(); // signed out: show the login
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
    exchange(new DOMParser().parseFromString(await answer.text(), "text/html"));
    document.body.classList.remove("stale");
  } catch (error) {
    document.body.classList.add("stale");
    freshness.textContent = `The page is not fresh: ${error.message}. Trying again every ${periodMs / 1000} s.`;
  }
}

setInterval(refresh, periodMs);
document.addEventListener("visibilitychange", refresh);
