// Images: what recompression saved.
import { data, type Image } from "./data.js";
import { empty, h } from "./dom.js";
import { bytes, count, percent } from "./format.js";
import { List } from "./list.js";
import { tail } from "./contents.js";
import { go, state } from "./state.js";
import type { View } from "./view.js";
import { fileLink } from "./why.js";

const saved = (image: Image): number => image.before - image.after;

export class Images implements View {
  readonly element = h("div", {}, h("h2", {}, "Images"));
  private readonly list: List<Image> | null = null;

  constructor() {
    if (!data.images.length) {
      this.element.append(
        empty(
          "No images",
          "No image went through this build. Those that pages and sheets mention are recompressed in builds of a page.",
        ),
      );
      return;
    }
    const before = data.images.reduce((sum, image) => sum + image.before, 0);
    const after = data.images.reduce((sum, image) => sum + image.after, 0);
    this.list = new List<Image>({
      label: "Images, before and after",
      sort: "-saved",
      id: (image) => `${image.source}\n${image.file}`,
      sorted: (sort) => go({ sort }, false),
      columns: [
        { key: "source", title: "Source", cell: (image) => tail(image.source), rank: (image) => image.source },
        {
          key: "file",
          title: "Written as",
          cell: (image) => fileLink(image.file),
          rank: (image) => data.files[image.file]?.name ?? "",
        },
        {
          key: "pixels",
          title: "Pixels",
          number: true,
          cell: (image) => (image.width && image.height ? `${image.width} × ${image.height}` : "–"),
          rank: (image) => (image.width ?? 0) * (image.height ?? 0),
        },
        {
          key: "before",
          title: "Before",
          number: true,
          cell: (image) => bytes(image.before),
          rank: (image) => image.before,
        },
        {
          key: "after",
          title: "After",
          number: true,
          cell: (image) => bytes(image.after),
          rank: (image) => image.after,
        },
        { key: "saved", title: "Saved", number: true, cell: (image) => bytes(saved(image)), rank: saved },
        {
          key: "less",
          title: "Of before",
          number: true,
          cell: (image) => percent(saved(image), image.before),
          rank: (image) => saved(image) / (image.before || 1),
        },
      ],
    });
    this.element.append(
      h(
        "p",
        { class: "lead num" },
        h("strong", {}, bytes(before - after)),
        ` saved on ${count(data.images.length, "image")}: ${bytes(before)} became ${bytes(after)}, ${percent(before - after, before)} less.`,
      ),
      this.list.element,
    );
    this.list.element.classList.add("tall");
    this.list.element.tabIndex = 0;
  }

  update(): void {
    this.list?.show(data.images, "", state.get("sort") || "-saved");
  }
}
