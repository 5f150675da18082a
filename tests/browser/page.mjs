// What a visitor looks at on one page: words, pictures, faces, colours. Each check adds sentences to `problems`.

const PATIENCE = 6000;

/** Waits until `expected` is on the page. `{ selector, text?, equals?, count?, attribute? }` */
export async function see(page, expected, where, problems) {
  const { selector } = expected;
  const look = ({ selector, text, equals, count, attribute }) => {
    const found = [...document.querySelectorAll(selector)];
    if (count !== undefined) return found.length === count;
    return found.some((element) => {
      const words = (attribute ? element.getAttribute(attribute) ?? '' : element.textContent).replace(/\s+/g, ' ').trim();
      return (text === undefined || words.includes(text)) && (equals === undefined || words === equals);
    });
  };
  try {
    await page.waitForFunction(look, expected, { timeout: PATIENCE, polling: 50 });
  } catch {
    const shown = await page
      .evaluate(({ selector, attribute }) => {
        const found = [...document.querySelectorAll(selector)];
        const first = found[0] && (attribute ? found[0].getAttribute(attribute) : found[0].textContent);
        return `${found.length} found${found[0] ? `, the first says ${JSON.stringify(String(first).slice(0, 120))}` : ''}`;
      }, expected)
      .catch((error) => String(error));
    const wanted = Object.entries(expected).filter(([key]) => key !== 'selector');
    problems.push(`${where}: expected ${selector} with ${JSON.stringify(Object.fromEntries(wanted))}: ${shown}`);
  }
}

/** Clicks, fills and presses as told, and sees what must follow. */
export async function act(page, steps, where, problems) {
  for (const step of steps) {
    try {
      if (step.click) await page.click(step.click, { timeout: PATIENCE });
      if (step.fill) await page.fill(step.fill.selector, step.fill.value, { timeout: PATIENCE });
      if (step.press) await page.keyboard.press(step.press);
    } catch (error) {
      problems.push(`${where}: could not do ${JSON.stringify(step)}: ${String(error.message).split('\n')[0]}`);
    }
    for (const expected of step.see ?? []) await see(page, expected, where, problems);
  }
}

/** Every `<img>` is brought into view and must have pixels, the shape its attributes promise and, where told, its own. */
export async function images(page, shapes, where, problems) {
  const found = await page.evaluate(async (patience) => {
    const out = [];
    for (const image of document.images) {
      image.scrollIntoView({ block: 'center' });
      const until = performance.now() + patience;
      while (!(image.complete && image.naturalWidth > 0) && performance.now() < until) {
        if (image.complete && image.naturalWidth === 0 && image.currentSrc && performance.now() > until - patience + 1500) break;
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
      const decoded = await image.decode().then(() => true, () => false);
      const [width, height] = [image.getAttribute('width'), image.getAttribute('height')].map(Number);
      out.push({ src: image.currentSrc || image.src, alt: image.alt, natural: [image.naturalWidth, image.naturalHeight], attributes: [width, height], decoded });
    }
    return out;
  }, PATIENCE);
  for (const { src, alt, natural, attributes, decoded } of found) {
    const name = `${where}: image ${JSON.stringify(alt)} (${src.replace(/^https?:\/\/[^/]+/, '').slice(0, 100)})`;
    if (!(natural[0] > 0) || !decoded) problems.push(`${name} shows nothing`);
    else if (attributes[0] && attributes[1] && Math.abs(attributes[0] / attributes[1] / (natural[0] / natural[1]) - 1) > 0.05) {
      problems.push(`${name} is ${natural.join(' x ')} but its attributes say ${attributes.join(' x ')}`);
    }
  }
  for (const { selector, ratio } of shapes ?? []) {
    const shape = await page.evaluate((selector) => {
      const image = document.querySelector(selector);
      return image && { natural: image.naturalWidth / image.naturalHeight, drawn: image.clientWidth / image.clientHeight };
    }, selector);
    if (!shape) problems.push(`${where}: no image ${selector}`);
    for (const [key, value] of Object.entries(shape ?? {})) {
      if (!(Math.abs(value / ratio - 1) < 0.02)) problems.push(`${where}: ${selector} has the ${key} ratio ${value.toFixed(3)}, expected ${ratio}`);
    }
  }
  return found.map((image) => image.src);
}

export async function styles(page, expected, where, problems) {
  for (const { selector, property, value, matches, pseudo } of expected ?? []) {
    const got = await page.evaluate(
      ([selector, property, pseudo]) => {
        const element = document.querySelector(selector);
        return element && getComputedStyle(element, pseudo).getPropertyValue(property).trim();
      },
      [selector, property, pseudo ?? null],
    );
    const good = got !== null && (matches ? new RegExp(matches).test(got) : got === value);
    if (!good) problems.push(`${where}: ${selector} has ${property}: ${got}, expected ${matches ? `/${matches}/` : value}`);
  }
}

/** A face counts when the browser holds its bytes: `loaded`, not only declared. */
export async function fonts(page, expected, where, problems) {
  for (const { family, weight } of expected ?? []) {
    const state = await page.evaluate(
      async ([family, weight]) => {
        await document.fonts.ready;
        const number = (face) => ({ normal: '400', bold: '700' })[face.weight] ?? face.weight;
        const faces = [...document.fonts].filter((face) => face.family.replace(/["']/g, '') === family && number(face) === weight);
        const until = performance.now() + 4000;
        while (faces.some((face) => face.status === 'loading') && performance.now() < until) await new Promise((r) => setTimeout(r, 25));
        return faces.map((face) => face.status);
      },
      [family, weight],
    );
    if (!state.includes('loaded')) problems.push(`${where}: font ${family} ${weight} is ${state.join(', ') || 'not declared'}`);
  }
}

/** The manifest parses, and each icon and screenshot it names is a picture of the size it says. */
export async function manifest(page, where, problems) {
  const found = await page.evaluate(async () => {
    const link = document.querySelector('link[rel=manifest]');
    if (!link) return ['there is no manifest'];
    const wrong = [];
    const picture = async (url, sizes, what) => {
      const image = new Image();
      image.src = url;
      const shown = await image.decode().then(() => true, () => false);
      if (!shown) wrong.push(`${what} ${new URL(url).pathname} shows nothing`);
      else if (/^\d+x\d+$/.test(sizes ?? '') && sizes !== `${image.naturalWidth}x${image.naturalHeight}`) wrong.push(`${what} ${new URL(url).pathname} is ${image.naturalWidth}x${image.naturalHeight}, not ${sizes}`);
    };
    for (const icon of document.querySelectorAll('link[rel~=icon], link[rel=apple-touch-icon]')) await picture(icon.href, icon.sizes?.value, 'icon');
    try {
      const answer = await fetch(link.href);
      const data = await answer.json();
      for (const key of ['name', 'start_url', 'icons']) if (!data[key]) wrong.push(`the manifest has no ${key}`);
      for (const kind of ['icons', 'screenshots']) for (const { src, sizes } of data[kind] ?? []) await picture(new URL(src, link.href).href, sizes, `manifest ${kind}`);
    } catch (error) {
      wrong.push(`the manifest cannot be read: ${error}`);
    }
    return wrong;
  });
  problems.push(...found.map((sentence) => `${where}: ${sentence}`));
}
