/**
 * Every page in both languages, all themes and both widths: nothing that axe objects to, no console error, no text cut off, nothing from elsewhere.
 *
 * All rules of axe run once a page, language and width; the contrast rule, the only one that depends on colours, again in each other theme
 * (high contrast in English: it changes no word).
 * @module
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { needs, projectRoot } from '../needs.ts';
import { overflow, settled, startWeb, violations, type Mode, type Web } from './web-browser.ts';

let web: Web;
const skip = needs('chromium');
before(async () => { if (!skip.skip) web = await startWeb(); });
after(async () => { await web?.close(); });

interface Shown { readonly path: string; readonly mode?: Mode; readonly after?: string }
/** Every page, in every language, theme and width. `ID` is the rising port's finding. */
const PAGES: readonly Shown[] = [
  { path: '/now' }, { path: '/explore?q=tool+%3D%3D+mirai', after: 'j Enter' }, { path: '/findings?sel=ID' }, { path: '/findings/ID' }, { path: '/early-warning/ports' },
  { path: '/health' }, { path: '/health?tab=store' }, { path: '/health?tab=settings' }, { path: '/health?tab=people' }, { path: '/health?tab=audit' },
  { path: '/hosts/198.51.100.7' }, { path: '/ports/tcp-9530' }, { path: '/sign-in', mode: 'signed-out' }, { path: '/now', mode: 'empty' }, { path: '/nowhere' },
];
/** Their other states, in English wide and in Japanese narrow: the same elements with other words. */
const STATES: readonly Shown[] = [
  { path: '/now?sel=ID' }, { path: '/now?sel=evidence' }, { path: '/now', mode: 'quiet' }, { path: '/now', mode: 'error' }, { path: '/explore' }, { path: '/explore?q=country+%3D%3D+XX' }, { path: '/findings?group=kind' }, { path: '/findings?state=false' }, { path: '/findings', mode: 'many' }, { path: '/findings/none' },
  { path: '/health?tab=engines' }, { path: '/health?tab=keys' }, { path: '/health?tab=account' }, { path: '/hosts/192.0.2.255' }, { path: '/ports/tcp-1' },
];

async function check(language: 'en' | 'ja', width: number): Promise<void> {
  const wrong: string[] = [];
  const opened = await web.open('/sign-in', { language, width, expectFailures: true });
  for (const { path, mode = 'normal', after: keys } of (language === 'en') === (width > 400) ? [...PAGES, ...STATES] : PAGES) {
    web.reset();
    const id = web.fixture.findings().find((f) => f.ports.includes('tcp/9530'))?.id ?? '';
    Object.assign(web.fixture.state, { mode, language });
    const name = `${path} ${mode} ${language} ${width}`;
    await opened.page.goto(web.fixture.url + path.replace('ID', id));
    await (mode === 'error' ? opened.page.waitForSelector('.failed') : settled(opened.page));
    for (const key of keys?.split(' ') ?? []) await opened.page.keyboard.press(key);
    // The themes are switched in place: what differs between them is colour alone.
    await opened.page.emulateMedia({ colorScheme: 'light' });
    wrong.push(...(await violations(opened.page)).map((v) => `${name} light: ${v}`));
    await opened.page.emulateMedia({ colorScheme: 'dark' });
    wrong.push(...(await violations(opened.page, ['color-contrast'])).map((v) => `${name} dark: ${v}`));
    if (width > 400 && language === 'en') {
      await opened.page.emulateMedia({ colorScheme: 'light', contrast: 'more' });
      wrong.push(...(await violations(opened.page, ['color-contrast'])).map((v) => `${name} high contrast: ${v}`));
      await opened.page.emulateMedia({ colorScheme: 'dark', contrast: 'more' });
      wrong.push(...(await violations(opened.page, ['color-contrast'])).map((v) => `${name} high contrast dark: ${v}`));
      await opened.page.emulateMedia({ colorScheme: 'light', contrast: 'no-preference' });
    }
    const { pixels, cut } = await overflow(opened.page);
    if (pixels > 0) wrong.push(`${name}: ${pixels} px wider than the window`);
    wrong.push(...cut.map((c) => `${name}: text is cut off in ${c}`));
    assert.equal(await opened.page.evaluate(() => document.documentElement.lang), language);
  }
  wrong.push(...opened.faults.map((f) => `${language} ${width}: ${f}`));
  await opened.context.close();
  assert.deepEqual(wrong, []);
}

test('every page in English at 1280 px is accessible in all themes and whole', skip, async () => { await check('en', 1280); });
test('every page in Japanese at 1280 px is accessible in all themes and whole', skip, async () => { await check('ja', 1280); });
test('every page in English at 390 px is accessible in both themes and whole', skip, async () => { await check('en', 390); });
test('every page in Japanese at 390 px is accessible in both themes and whole', skip, async () => { await check('ja', 390); });

test('at 200 % zoom of a 1280 px window nothing overflows', skip, async () => {
  const wrong: string[] = [];
  const { page, context } = await web.open('/now', { language: 'ja', width: 640, height: 400 });
  for (const path of ['/now', '/explore', '/findings', '/early-warning/ports', '/health', '/hosts/198.51.100.7', '/ports/tcp-9530']) {
    web.reset();
    await page.goto(web.fixture.url + path);
    await settled(page);
    const { pixels, cut } = await overflow(page);
    if (pixels > 0) wrong.push(`${path}: ${pixels} px`);
    wrong.push(...cut.map((c) => `${path}: ${c}`));
  }
  await context.close();
  assert.deepEqual(wrong, []);
});

test('the first load stays within 220 KB of compressed script', skip, async () => {
  const assets = join(projectRoot, 'dist/web/assets');
  const first = [...readFileSync(join(projectRoot, 'dist/web/index.html'), 'utf8').matchAll(/(?:src|href)="\/assets\/([^"]+\.js)"/g)].map((m) => m[1] ?? '');
  const files = new Set<string>();
  // What the browser fetches before it may run anything: the entry and everything it imports statically.
  const follow = (file: string): void => {
    if (files.has(file)) return;
    files.add(file);
    for (const m of readFileSync(join(assets, file), 'utf8').matchAll(/(?:from|import)\s*["']\.\/([^"']+\.js)["']/g)) follow(m[1] ?? '');
  };
  for (const file of first) follow(file);
  const bytes = [...files].reduce((sum, file) => sum + gzipSync(readFileSync(join(assets, file))).length, 0);
  assert.ok(bytes > 50_000, `counted only ${bytes} bytes`);
  assert.ok(bytes <= 220_000, `${bytes} bytes`);
});

test('a person who wants less motion gets none', skip, async () => {
  web.reset();
  const { page, context } = await web.open('/now', { reducedMotion: true });
  assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
  await context.close();
});
