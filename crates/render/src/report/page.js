"use strict";
(() => {
  const video = document.querySelector("video");
  const tracks = document.querySelector(".tracks");
  const head = document.querySelector(".playhead");
  const clock = document.querySelector("#clock");
  const rate = Number(tracks.dataset.num) / Number(tracks.dataset.den);
  const nominal = Math.round(rate);
  const frames = Number(tracks.dataset.frames);
  const clips = [...document.querySelectorAll("[data-start]")];
  const two = (n) => String(n).padStart(2, "0");
  // Drop-frame numbering leaves out two (or four) numbers a minute, save each tenth.
  const code = (frame) => {
    let n = frame;
    if (tracks.dataset.drop === "1") {
      const skip = nominal / 15, minute = nominal * 60 - skip, ten = minute * 10 + skip;
      const tens = Math.floor(n / ten), rest = n % ten;
      n += skip * 9 * tens + (rest > skip ? skip * Math.floor((rest - skip) / minute) : 0);
    }
    const s = Math.floor(n / nominal);
    return [two(Math.floor(s / 3600)), two(Math.floor(s / 60) % 60), two(s % 60)].join(":") + (tracks.dataset.drop === "1" ? ";" : ":") + two(n % nominal);
  };
  const now = () => Math.min(frames - 1, Math.max(0, Math.floor((video ? video.currentTime : 0) * rate + 0.01)));
  let at = 0;
  const show = (frame) => {
    at = frame;
    head.style.left = (100 * frame / frames) + "%";
    clock.textContent = code(frame);
    for (const clip of clips) clip.classList.toggle("on", frame >= Number(clip.dataset.start) && frame < Number(clip.dataset.end));
  };
  // The middle of a frame, so that rounding cannot show its neighbour.
  const go = (frame) => {
    const to = Math.min(frames - 1, Math.max(0, frame));
    if (video) video.currentTime = (to + 0.5) / rate;
    show(to);
  };
  document.addEventListener("click", (e) => {
    const clip = e.target.closest("button[data-go]");
    if (clip) { go(Number(clip.dataset.go)); if (clip.classList.contains("jump") && video) video.scrollIntoView({ block: "nearest" }); }
    else if (e.target.closest(".tracks")) { const box = tracks.getBoundingClientRect(); go(Math.floor((e.clientX - box.left) / box.width * frames)); }
  });
  document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.altKey || e.metaKey || e.target === video || e.target.closest("summary, a")) return;
    const step = e.shiftKey ? nominal : 1;
    if (e.key === "ArrowLeft") go(at - step);
    else if (e.key === "ArrowRight") go(at + step);
    else if (e.key === "Home" && e.target === tracks) go(0);
    else if (e.key === "End" && e.target === tracks) go(frames - 1);
    else if (e.key === " " && video && !e.target.closest("button")) video.paused ? video.play() : video.pause();
    else return;
    e.preventDefault();
  });
  if (video) {
    video.addEventListener("timeupdate", () => { if (video.paused) return; show(now()); });
    video.addEventListener("seeked", () => show(now()));
    const tick = () => { if (!video.paused) show(now()); requestAnimationFrame(tick); };
    requestAnimationFrame(tick);
  }
  show(0);
})();
