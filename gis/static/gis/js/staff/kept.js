/** Files that are being sent, kept by the browser until they have arrived, so that a reload goes on by itself. */

const NAME = 'wangge-uploads';
const STORE = 'files';

function open() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE);
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

async function withStore(mode, act) {
  const base = await open();
  try {
    return await new Promise((resolve, reject) => {
      const whole = base.transaction(STORE, mode);
      const asked = act(whole.objectStore(STORE));
      whole.oncomplete = () => resolve(asked?.result);
      whole.onabort = () => reject(whole.error);
      whole.onerror = () => reject(whole.error);
    });
  } finally {
    base.close();
  }
}

/** Keeps the file of an import; false where the browser refuses (a private window, a full disk). */
export async function keepFile(id, file) {
  try {
    await withStore('readwrite', (store) => store.put(file, id));
    return true;
  } catch (refused) {
    console.warn('the file is not kept', refused);
    return false;
  }
}

/** The kept file of an import, or null. */
export async function keptFile(id) {
  try {
    return (await withStore('readonly', (store) => store.get(id))) ?? null;
  } catch (refused) {
    return null;
  }
}

/** Forgets it. */
export async function dropFile(id) {
  try {
    await withStore('readwrite', (store) => store.delete(id));
  } catch (refused) { /* nothing was kept then */ }
}
