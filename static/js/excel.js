// The browser's own file button speaks the browser's language; ours says in Chinese what was chosen.
"use strict";

document.addEventListener("change", (event) => {
  const shown = document.querySelector(`[data-file-name="${event.target.id}"]`);
  if (shown) shown.textContent = event.target.files[0]?.name ?? "还没有选择文件";
});
