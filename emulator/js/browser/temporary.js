// Pictures that were chosen: where they are shown from, by the temporary paths that wx gave them.

/** @param {(api: string) => Promise<Blob[] | false>} ask has the user choose */
export function createTemporary(ask) {
  const shown = new Map();
  let last = [];
  const keep = (path, blob) => { if (path && blob) shown.set(path, URL.createObjectURL(blob)); };

  /** The hook `choose` of wx. */
  async function choose(api) {
    last = await ask(api);
    return last;
  }

  /** A listener of wx, which says under which paths the chosen files are. */
  function hear({ api, phase, result }) {
    if (phase !== 'success' || !['chooseImage', 'chooseMedia'].includes(api)) return;
    result.tempFiles.forEach((file, index) => keep(file.path ?? file.tempFilePath, last[index]));
  }

  /** Have the user choose the picture of a chooseAvatar button. */
  function playAvatars(app) {
    const open = app.openButton.bind(app);
    app.openButton = async (openType, given) => {
      if (openType !== 'chooseAvatar') return open(openType, given);
      const blobs = await ask(openType);
      if (!blobs) return undefined;
      const detail = await open(openType, { ...given, avatar: blobs[0] });
      keep(detail?.avatarUrl, blobs[0]);
      return detail;
    };
  }

  return { choose, hear, playAvatars, place: (path) => shown.get(path) };
}
