// The files in what is dropped or chosen, with the names of the folders that lead to each: `{ file, path }`. A folder in which there is
// nothing stands for itself, without a file; a browser names those of what is dropped, and of a folder that is picked where it can.
//
// What cannot be read stands there with its `trouble`, the name of a word that says it; and so does, at the end, that there was more.

const MOST = 2000;
const MORE = { path: ["…"], trouble: "more" };

const read = (reader) => new Promise((resolve, reject) => { reader.readEntries(resolve, reject); });
const fileOf = (entry) => new Promise((resolve, reject) => { entry.file(resolve, reject); });
// Files that begin with a dot are the system's own, such as those in which it keeps how a folder is shown.
const isOwn = (name) => name.startsWith(".");
const cut = (found) => (found.length > MOST ? [...found.slice(0, MOST), MORE] : found);

function isFull(found) {
  if (found.length === MOST) found.push(MORE);
  return found.length > MOST;
}

async function walk(entry, path, found) {
  if ((entry.isFile && isOwn(entry.name)) || isFull(found)) return;
  const way = [...path, entry.name];
  try {
    if (entry.isFile) {
      found.push({ file: await fileOf(entry), path });
      return;
    }
    const before = found.length;
    const reader = entry.createReader();
    // A reader gives some hundred at a time, and none at its end.
    for (let some = await read(reader); some.length; some = await read(reader)) for (const one of some) await walk(one, way, found);
    if (found.length === before) found.push({ path: way });
  } catch {
    found.push({ path: way, trouble: "empty" });
  }
}

// The entries must be taken while the event lasts; reading them may take its time.
export async function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return cut([...transfer.files].map((file) => ({ file, path: [] })));
  const found = [];
  for (const entry of entries) await walk(entry, [], found);
  return found;
}

export const chosen = (files) => cut([...files].filter((file) => !isOwn(file.name)).map((file) => ({ file, path: (file.webkitRelativePath || "").split("/").slice(0, -1) })));

async function go(handle, path, found) {
  const before = found.length;
  try {
    for await (const one of handle.values()) {
      if (one.kind === "file" && isOwn(one.name)) continue;
      if (isFull(found)) return;
      const way = [...path, one.name];
      if (one.kind === "directory") await go(one, way, found);
      else found.push(await one.getFile().then((file) => ({ file, path }), () => ({ path: way, trouble: "empty" })));
    }
    if (found.length === before) found.push({ path });
  } catch {
    found.push({ path, trouble: "empty" });
  }
}

// A folder that somebody picks, with the empty ones in it; null where the browser cannot ask so, and another way is to be taken.
export async function picked() {
  if (!window.showDirectoryPicker) return null;
  try {
    const found = [];
    const handle = await window.showDirectoryPicker();
    await go(handle, [handle.name], found);
    return found;
  } catch (error) {
    return error.name === "AbortError" ? [] : null;
  }
}
