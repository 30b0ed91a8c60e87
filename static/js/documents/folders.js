// The files in what is dropped or chosen, with the names of the folders that lead to each: `{ file, path }`. A folder in which there is
// nothing stands for itself, without a file; a browser names those of what is dropped, and of a folder that is picked where it can.

const MOST = 2000;

const read = (reader) => new Promise((resolve, reject) => { reader.readEntries(resolve, reject); });
const fileOf = (entry) => new Promise((resolve, reject) => { entry.file(resolve, reject); });

async function walk(entry, path, found) {
  if (found.length >= MOST) return;
  if (entry.isFile) {
    // Files that begin with a dot are the system's own, such as those in which it keeps how a folder is shown.
    if (!entry.name.startsWith(".")) found.push({ file: await fileOf(entry), path });
    return;
  }
  const before = found.length;
  const reader = entry.createReader();
  // A reader gives some hundred at a time, and none at its end.
  for (let some = await read(reader); some.length; some = await read(reader)) for (const one of some) await walk(one, [...path, entry.name], found);
  if (found.length === before) found.push({ path: [...path, entry.name] });
}

// The entries must be taken while the event lasts; reading them may take its time.
export async function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return [...transfer.files].map((file) => ({ file, path: [] }));
  const found = [];
  for (const entry of entries) await walk(entry, [], found);
  return found;
}

export const chosen = (files) => [...files].filter((file) => !file.name.startsWith(".")).slice(0, MOST).map((file) => ({ file, path: (file.webkitRelativePath || "").split("/").slice(0, -1) }));

async function go(handle, path, found) {
  const before = found.length;
  for await (const one of handle.values()) {
    if (found.length >= MOST) return;
    if (one.kind === "directory") await go(one, [...path, one.name], found);
    else if (!one.name.startsWith(".")) found.push({ file: await one.getFile(), path });
  }
  if (found.length === before) found.push({ path });
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
