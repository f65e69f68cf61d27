/**
 * What the web tests share: one Chromium, one fixture server, pages in a language, theme and width, and their faults collected.
 *
 * The fixture stands in for the server of the portal; `web-fixture.test.ts` holds its answers to the shared schemas.
 * @module
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { projectRoot } from '../needs.ts';

export type Mode = 'normal' | 'empty' | 'error' | 'slow' | 'many' | 'quiet' | 'signed-out';
export interface FixtureState { mode: Mode; role: string; language: string; replayed: boolean; asked: string[]; hasPassword: boolean; decided: Map<string, string>; undo: Map<string, string> }
export interface FixtureFinding { id: string; name: string; subject: string; ports: string[] }
export interface Fixture { url: string; state: FixtureState; findings(): FixtureFinding[]; push(finding: object): void; close(): Promise<void> }
export interface Opened { context: BrowserContext; page: Page; /** Console errors, exceptions and requests that left this origin. */ faults: string[] }
export interface OpenOptions { language?: 'en' | 'ja'; theme?: 'light' | 'dark'; width?: number; height?: number; reducedMotion?: boolean; expectFailures?: boolean }

const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

export interface Web { fixture: Fixture; open(path: string, options?: OpenOptions): Promise<Opened>; reset(): void; close(): Promise<void> }

/** Builds the pages if they are stale, starts the fixture and one browser with a fresh profile. */
export async function startWeb(): Promise<Web> {
  const { buildWeb } = (await import(join(projectRoot, 'scripts/build.mjs'))) as { buildWeb: () => Promise<boolean> };
  await buildWeb();
  const { startFixture } = (await import(join(projectRoot, 'scripts/web-fixture.mjs'))) as { startFixture: (options?: object) => Promise<Fixture> };
  const fixture = await startFixture();
  const profile = mkdtempSync(join(tmpdir(), 'noroshi-web-'));
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: [...FLAGS, `--disk-cache-dir=${profile}`] });
  const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  return {
    fixture,
    reset() { Object.assign(fixture.state, { mode: 'normal', role: 'administrator', language: 'en', replayed: false, hasPassword: true, asked: [], extra: [] }); fixture.state.decided.clear(); fixture.state.undo.clear(); },
    async open(path, { language = 'en', theme = 'light', width = 1280, height = 800, reducedMotion = false, expectFailures = false } = {}) {
      const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme, locale: language === 'ja' ? 'ja-JP' : 'en-GB', timezoneId: 'Asia/Tokyo', reducedMotion: reducedMotion ? 'reduce' : 'no-preference', permissions: ['clipboard-read', 'clipboard-write'] });
      fixture.state.language = language;
      // Not subject to the content policy, which stays in force for the pages themselves.
      await context.addInitScript({ content: axe });
      const page = await context.newPage();
      const faults: string[] = [];
      page.on('console', (message) => { if (message.type() === 'error' && !(expectFailures && message.text().startsWith('Failed to load resource'))) faults.push(message.text()); });
      page.on('pageerror', (error) => faults.push(String(error)));
      page.on('request', (request) => { if (!request.url().startsWith(fixture.url) && !request.url().startsWith('data:')) faults.push(`left this server: ${request.url()}`); });
      await page.goto(fixture.url + path);
      await settled(page);
      return { context, page, faults };
    },
    async close() { await browser.close(); await fixture.close(); rmSync(profile, { recursive: true, force: true }); },
  };
}

/** The page has a heading and nothing is loading. */
export async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() => document.querySelector('h1') !== null && document.querySelector('.loading') === null && document.querySelector('.timechart:empty') === null);
}

interface AxeResult { violations: { id: string; help: string; nodes: { html: string; failureSummary?: string }[] }[] }
/** Rules of axe that the page breaks, one line each; only `rules` where given. */
export async function violations(page: Page, rules?: readonly string[]): Promise<string[]> {
  const result = await page.evaluate(async (only) => {
    const { axe } = globalThis as unknown as { axe: { run(context: Document, options: object): Promise<unknown> } };
    return (await axe.run(document, { resultTypes: ['violations'], ...(only ? { runOnly: { type: 'rule', values: only } } : {}) })) as never;
  }, rules as string[] | undefined) as AxeResult;
  return result.violations.map((v) => `${v.id}: ${v.help} (${v.nodes.slice(0, 3).map((n) => `${n.html.slice(0, 160)} ${n.failureSummary?.split('\n')[1]?.trim() ?? ''}`).join(' | ')})`);
}

/** How many pixels the document is wider than its window, and which elements' text is cut off without an ellipsis. */
export async function overflow(page: Page): Promise<{ pixels: number; cut: string[] }> {
  return page.evaluate(() => {
    const cut: string[] = [];
    for (const element of document.querySelectorAll<HTMLElement>('button, .button, .tag, .badge, .chip, h1, h2, .rail a, th, dt, .tile-value')) {
      const style = getComputedStyle(element);
      if (element.clientWidth > 0 && element.scrollWidth > element.clientWidth + 1 && style.textOverflow !== 'ellipsis' && style.display !== 'inline' && !element.classList.contains('unseen')) cut.push(`${element.tagName}.${element.className}: ${element.textContent?.slice(0, 60)}`);
      const box = element.getBoundingClientRect();
      if (box.width > 0 && !element.closest('.scroll-x, .twin, .unseen, .skip, .grid') && (box.right > window.innerWidth + 1 || box.left < -1)) cut.push(`outside: ${element.tagName}.${element.className}: ${element.textContent?.slice(0, 60)}`);
    }
    return { pixels: document.documentElement.scrollWidth - window.innerWidth, cut };
  });
}
