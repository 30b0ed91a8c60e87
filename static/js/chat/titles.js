// Titles in the place of addresses of this site. Frames are the same for everybody in a room, so a message that came in one is asked for
// once more, when the reader comes to see it: the answer has the titles that they may read. Where none comes, the address stays.

const ADDRESS = /\/groups\/[\w-]+\/(?:documents|threads)\/\d+\//;
// Not all who look at the room at this moment ask at once.
const WITHIN = 1000;

export class Titles {
  constructor({ ask, put }) {
    this.ask = ask;
    this.put = put;
    this.seen = new IntersectionObserver((entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        this.seen.unobserve(target);
        setTimeout(() => this.show(target), Math.random() * WITHIN);
      }
    });
  }

  // A message as its frame has it.
  watch(node, html) {
    this.seen.unobserve(node);
    if (ADDRESS.test(html)) this.seen.observe(node);
  }

  async show(node) {
    const { id, version } = node.dataset;
    if (!node.isConnected) return;
    let found;
    try { found = await this.ask(`messages/${id}`); } catch { return; }
    // What was edited or deleted meanwhile came in a frame of its own.
    if (found.html && String(found.version) === node.dataset.version && version === node.dataset.version && node.isConnected) this.put(node, found.html);
  }
}
