// Pictures of every page for the documentation: `node scripts/screenshots.mjs SIGN-IN-LINK [--out docs/screenshots] [--zone Asia/Tokyo]`,
// or `--fixture` for the seeded server of scripts/web-fixture.mjs. English by day, Japanese by night, and narrow; look at them before they are committed.
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const argv = process.argv.slice(2);
const flag = (name, fallback) => { const i = argv.indexOf(`--${name}`); return i < 0 ? fallback : argv[i + 1]; };
const out = join(root, flag('out', 'docs/screenshots'));
const timezoneId = flag('zone', 'Asia/Tokyo');
const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

const fixture = argv.includes('--fixture') ? await (await import('./web-fixture.mjs')).startFixture() : null;
const link = fixture ? `${fixture.url}/sign-in#token=demo` : argv.find((a) => /^https?:/.test(a));
if (!link) { console.error('Give the sign-in link that `noroshi up` printed, or --fixture.'); process.exit(2); }
const base = new URL(link).origin;

const SETS = [
  { name: 'en-light', language: 'en', theme: 'light', width: 1280, height: 900 },
  { name: 'ja-dark', language: 'ja', theme: 'dark', width: 1280, height: 900 },
  { name: 'narrow', language: 'en', theme: 'light', width: 390, height: 844 },
];
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS });
mkdirSync(out, { recursive: true });
let storageState;
try {
  // The link works once: sign in, then hand the session to each set.
  const door = await browser.newContext({ locale: 'en-GB', timezoneId });
  const first = await door.newPage();
  await first.goto(link);
  await first.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
  storageState = await door.storageState();
  const get = (path) => first.evaluate(async (p) => (await fetch(`/api/v1${p}`)).json(), path);
  const { findings } = await get('/findings?state=open&limit=200');
  const gravest = [...findings].sort((a, b) => b.severity - a.severity)[0];
  const { ports } = await get('/now');
  const port = (gravest?.ports[0] ?? ports[0]?.port ?? 'tcp/23').replace('/', '-');
  const detail = gravest ? await get(`/findings/${gravest.id}`) : null;
  const host = detail?.sourceList[0]?.src;
  await door.close();
  const pages = [
    ['now', '/now'], ['explore', '/explore'], ['explore-row', '/explore?q=tool+%3D%3D+mirai', 'j Enter'], ['findings', gravest ? `/findings?sel=${gravest.id}` : '/findings'],
    ...(gravest ? [['finding', `/findings/${gravest.id}`]] : []), ['ports-at-risk', '/early-warning/ports'], ['port', `/ports/${port}`], ...(host ? [['host', `/hosts/${host}`]] : []), ['health', '/health'], ['health-store', '/health?tab=store'], ['sign-in', '/sign-in'],
  ];
  for (const set of SETS) {
    const context = await browser.newContext({ storageState, viewport: { width: set.width, height: set.height }, colorScheme: set.theme, locale: set.language === 'ja' ? 'ja-JP' : 'en-GB', timezoneId, reducedMotion: 'reduce', deviceScaleFactor: 1 });
    await context.addInitScript((language) => localStorage.setItem('noroshi.language', language), set.language);
    const page = await context.newPage();
    for (const [name, path, keys] of pages) {
      await page.goto(base + path);
      await page.waitForFunction(() => document.querySelector('h1') !== null && document.querySelector('.loading') === null && document.querySelector('.timechart:empty') === null, undefined, { timeout: 60_000 });
      for (const key of keys?.split(' ') ?? []) await page.keyboard.press(key);
      await page.waitForTimeout(400);
      await page.screenshot({ path: join(out, `${name}-${set.name}.png`) });
      console.log(`${name}-${set.name}.png`);
    }
    await context.close();
  }
} finally { await browser.close(); await fixture?.close(); }
