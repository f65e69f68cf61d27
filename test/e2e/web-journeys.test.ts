/**
 * What people do with the pages, done as they would: by keyboard and pointer in a real browser.
 * @module
 */
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { needs } from '../needs.ts';
import { settled, startWeb, type Web } from './web-browser.ts';

let web: Web;
const skip = needs('chromium');
before(async () => { if (!skip.skip) web = await startWeb(); });
after(async () => { await web?.close(); });
beforeEach(() => { web?.reset(); });
const rising = (): string => web.fixture.findings().find((f) => f.name === 'port.distributed')?.id ?? '';

test('a query typed after / is completed, asked, kept in the URL and found again after reloading', skip, async () => {
  const { page, context, faults } = await web.open('/now');
  await page.keyboard.press('/');
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'query');
  await page.keyboard.type('port == tcp/23 && to');
  await page.getByRole('option', { name: /^tool/ }).waitFor();
  await page.keyboard.press('ArrowDown');
  assert.equal(await page.locator('#query').getAttribute('aria-activedescendant'), await page.getByRole('option').first().getAttribute('id'));
  await page.keyboard.press('Enter');
  assert.equal(await page.locator('#query').inputValue(), 'port == tcp/23 && tool == ');
  await page.keyboard.type('mirai');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/explore\?q=/);
  assert.equal(new URL(page.url()).searchParams.get('q'), 'port == tcp/23 && tool == mirai');
  await settled(page);
  await page.locator('.grid-row').first().waitFor();
  const shown = await page.locator('.grid-row').allTextContents();
  assert.ok(shown.length > 5 && shown.every((row) => row.includes('23/tcp') && row.includes('mirai')), shown[0]);
  await page.reload();
  await settled(page);
  assert.equal(await page.locator('#query').inputValue(), 'port == tcp/23 && tool == mirai');
  assert.deepEqual(faults, []);
  await context.close();
});

test('a query with a mistake is not asked; the mark stands under the offending character', skip, async () => {
  const { page, context } = await web.open('/explore');
  await page.keyboard.press('/');
  await page.keyboard.type('port == && tool == mirai');
  await page.keyboard.press('Enter');
  await page.locator('.query-error[role=alert]').waitFor();
  const lines = (await page.locator('.query-error pre').textContent() ?? '').split('\n');
  assert.equal(lines[1]?.indexOf('^'), 7);
  assert.match(await page.locator('.query-error').innerText(), /at character 8/);
  assert.equal(await page.locator('#query').getAttribute('aria-invalid'), 'true');
  assert.equal(new URL(page.url()).searchParams.get('q'), null);
  await context.close();
});

test('dragging on the brush shows that span in every chart and in the URL; Space and the button follow live again', skip, async () => {
  const { page, context } = await web.open('/now');
  const box = await page.locator('.brush').boundingBox();
  assert.ok(box);
  await page.mouse.move(box.x + box.width * 0.3, box.y + 12);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.45, box.y + 12, { steps: 4 });
  await page.mouse.move(box.x + box.width * 0.6, box.y + 12, { steps: 4 });
  web.fixture.state.asked.length = 0;
  await page.mouse.up();
  await page.waitForURL(/from=.*to=/);
  const { searchParams } = new URL(page.url());
  const from = searchParams.get('from') ?? '', to = searchParams.get('to') ?? '';
  const hours = (Date.parse(to) - Date.parse(from)) / 3_600_000;
  assert.ok(Math.abs(hours - 24 * 0.3) < 0.4, `${hours} h`);
  await page.waitForFunction(() => document.querySelector('.live')?.textContent === 'Paused');
  await page.waitForFunction(() => document.querySelector('.sentence')?.textContent?.startsWith('From '));
  assert.ok(web.fixture.state.asked.some((a) => a.startsWith('GET /now?') && a.includes(encodeURIComponent(from))), 'the page asked for the span');
  await page.locator('#main').focus();
  await page.keyboard.press('Space');
  await page.waitForFunction(() => !window.location.search.includes('to='));
  await page.waitForFunction(() => document.querySelector('.live')?.textContent === 'Live');
  await page.locator('.brush').focus();
  await page.keyboard.press('ArrowLeft');
  await page.waitForURL(/from=.*to=/);
  await page.keyboard.press('Shift+ArrowLeft');
  await context.close();
});

test('dragging on a chart brushes time too', skip, async () => {
  const { page, context } = await web.open('/ports/tcp-23');
  await page.locator('.timechart canvas').waitFor();
  const box = await page.locator('.timechart .u-over').boundingBox();
  assert.ok(box);
  await page.mouse.move(box.x + box.width * 0.25, box.y + 40);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.5, box.y + 40, { steps: 5 });
  await page.mouse.up();
  await page.waitForURL(/from=.*to=/);
  const { searchParams } = new URL(page.url());
  const minutes = (Date.parse(searchParams.get('to') ?? '') - Date.parse(searchParams.get('from') ?? '')) / 60_000;
  assert.ok(minutes > 13 && minutes < 17, `${minutes} min`);
  await context.close();
});

test('a finding is judged by a key and taken back by another', skip, async () => {
  const { page, context, faults } = await web.open('/findings');
  const rows = page.locator('.queue tbody tr');
  const before = await rows.count();
  const title = await rows.nth(1).locator('.title-cell').innerText();
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.waitForURL(/sel=/);
  await page.locator('.drawer .triage').waitFor();
  assert.match(await page.locator('.drawer h2').innerText(), new RegExp(title.slice(0, 8)));
  await page.keyboard.press('b');
  await page.locator('.toast').waitFor();
  assert.match(await page.locator('.toast').innerText(), /Benign true/);
  await page.waitForFunction((n) => document.querySelectorAll('.queue tbody tr').length === n, before - 1);
  assert.match(await page.locator('.chip').nth(2).innerText(), /Explained\s+2/);
  await page.keyboard.press('u');
  await page.waitForFunction((n) => document.querySelectorAll('.queue tbody tr').length === n, before);
  assert.deepEqual([...web.fixture.state.decided.values()], ['open']);
  assert.deepEqual(faults, []);
  await context.close();
});

test('a viewer is told which role deciding needs, and nothing is sent', skip, async () => {
  web.fixture.state.role = 'viewer';
  const { page, context } = await web.open(`/findings?sel=${rising()}`);
  await page.locator('.drawer .triage').waitFor();
  await page.keyboard.press('t');
  await page.locator('.toast[data-tone=bad]').waitFor();
  assert.match(await page.locator('.toast').innerText(), /analyst/);
  assert.equal(web.fixture.state.asked.filter((a) => a.startsWith('POST')).length, 0);
  assert.equal(await page.getByRole('link', { name: 'JSON lines' }).count(), 0);
  await context.close();
});

test('every value has the same menu: only this, not this, pivot, its page, evidence, copy, tag', skip, async () => {
  const { page, context, faults } = await web.open('/explore');
  await page.locator('.grid-row').first().waitFor();
  await page.keyboard.press('j');
  const src = await page.locator('.grid-row').first().locator('[data-field=src]').getAttribute('data-value');
  await page.keyboard.press('.');
  await page.getByRole('menuitem', { name: 'Only this' }).waitFor();
  assert.deepEqual(await page.getByRole('menuitem').allInnerTexts(), ['Only this', 'Not this', 'Pivot: everything about it', 'Open its page', 'Add as evidence', 'Copy', 'Tag…']);
  await page.getByRole('menuitem', { name: 'Not this' }).click();
  await page.waitForURL(/q=/);
  assert.equal(new URL(page.url()).searchParams.get('q'), `src != ${src}`);
  await settled(page);
  // Arrow keys walk the values of a row: the second is the country.
  await page.locator('.grid-row').first().focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('.');
  await page.getByRole('menuitem', { name: 'Copy' }).click();
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), /^[A-Z]{2}$/);
  await page.locator('.grid-row').first().focus();
  await page.keyboard.press('e');
  await page.locator('.toast').waitFor();
  await page.keyboard.press('Enter');
  await page.locator('.drawer .facts').waitFor();
  assert.match(page.url(), /sel=o:/);
  await page.keyboard.press('Escape');
  await page.waitForFunction(() => !window.location.search.includes('sel='));
  assert.deepEqual(faults, []);
  await context.close();
});

test('a tag is put on a host and taken off', skip, async () => {
  const { page, context } = await web.open('/hosts/198.51.100.7');
  await page.getByRole('button', { name: 'Add a tag…' }).click();
  await page.getByLabel('Tag', { exact: true }).fill('camera-botnet');
  await page.getByRole('button', { name: 'Add tag' }).click();
  await page.locator('.tags .tag', { hasText: 'camera-botnet' }).waitFor();
  await page.getByRole('button', { name: 'Remove: camera-botnet' }).click();
  await page.locator('.tags .tag', { hasText: 'camera-botnet' }).waitFor({ state: 'detached' });
  await context.close();
});

test('the letters after g go to the pages and ? explains', skip, async () => {
  const { page, context } = await web.open('/now');
  for (const [letter, path] of [['e', '/explore'], ['f', '/findings'], ['w', '/early-warning/ports'], ['h', '/health'], ['n', '/now']] as const) {
    await page.keyboard.press('g');
    await page.keyboard.press(letter);
    await page.waitForURL((url) => url.pathname === path);
  }
  await page.keyboard.press('?');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await context.close();
});

test('Tab reaches every control of a page, each with a visible focus', skip, async () => {
  for (const path of ['/now', `/findings?sel=${rising()}`, '/health?tab=settings']) {
    const { page, context } = await web.open(path);
    await page.waitForTimeout(300);
    const wanted = await page.evaluate(() => {
      const all = [...document.querySelectorAll<HTMLElement>('a[href], button, input, select, textarea, [tabindex]')].filter((e) => e.tabIndex >= 0 && !(e as HTMLButtonElement).disabled && e.offsetParent !== null || e.classList.contains('skip'));
      for (const e of all) e.dataset['walk'] = 'wanted';
      return all.length;
    });
    assert.ok(wanted > 15, `${wanted} controls`);
    const invisible: string[] = [];
    for (let i = 0; i < wanted + 5; i++) {
      await page.keyboard.press('Tab');
      const bad = await page.evaluate(() => {
        const e = document.activeElement as HTMLElement | null;
        if (!e || e === document.body) return null;
        e.dataset['walk'] = 'reached';
        const style = getComputedStyle(e), around = getComputedStyle(e.parentElement ?? e);
        return style.outlineStyle !== 'none' || (e.id === 'query' && around.borderColor !== '') ? null : e.outerHTML.slice(0, 120);
      });
      if (bad !== null) invisible.push(bad);
    }
    assert.deepEqual(await page.evaluate(() => [...document.querySelectorAll<HTMLElement>('[data-walk=wanted]')].filter((e) => e.isConnected).map((e) => e.outerHTML.slice(0, 120))), [], path);
    assert.deepEqual(invisible, [], path);
    await context.close();
  }
});

test('every chart has its numbers as a table', skip, async () => {
  for (const [path, charts] of [['/now', 4], ['/explore', 1], [`/findings/${rising()}`, 2], ['/ports/tcp-9530', 1], ['/hosts/198.51.100.7', 1]] as const) {
    const { page, context } = await web.open(path);
    const buttons = page.locator('.twin-button');
    assert.equal(await buttons.count(), charts, path);
    for (let i = 0; i < charts; i++) {
      await buttons.nth(i).click();
      const figure = page.locator('.figure').nth(i);
      assert.ok(await figure.locator('tbody tr').count() > 0, `${path} ${i}`);
      assert.ok(await figure.locator('th').count() > 1);
    }
    assert.equal(await page.locator('canvas:not([aria-hidden] *):not([aria-hidden])').count(), 0, 'no canvas without a name');
    await context.close();
  }
});

test('a new finding is on the screen, counted and announced without reloading', skip, async () => {
  const { page, context } = await web.open('/findings');
  const first = web.fixture.findings()[0];
  assert.ok(first);
  const asked = web.fixture.state.asked.length;
  web.fixture.push({ ...first, id: 'ffff', subject: 'tcp/7001@tokyo' });
  await page.waitForFunction(() => document.querySelector('[aria-live=polite][lang]')?.textContent?.includes('7001/tcp'));
  await page.locator('.queue tr', { hasText: '7001/tcp' }).waitFor();
  while (!web.fixture.state.asked.slice(asked).some((a) => a.startsWith('GET /findings?'))) await page.waitForTimeout(50);
  await context.close();
});

test('an empty store offers three ways; the simulated day leads to the picture', skip, async () => {
  web.fixture.state.mode = 'empty';
  const { page, context, faults } = await web.open('/');
  assert.equal(await page.locator('.first-choice').count(), 3);
  await page.getByRole('button', { name: /Replay a simulated day/ }).click();
  await page.locator('.sentence').waitFor();
  assert.match(await page.locator('.sentence').innerText(), /41,208 hosts/);
  assert.equal(await page.locator('.status .badge').innerText(), 'simulated data');
  assert.deepEqual(faults, []);
  await context.close();
});

test('a capture is uploaded with its name as the sensor’s', skip, async () => {
  web.fixture.state.mode = 'empty';
  const { page, context } = await web.open('/now');
  await page.getByRole('button', { name: /Read a capture/ }).click();
  await page.locator('input[type=file]').setInputFiles({ name: 'Osaka DMZ.pcap.gz', mimeType: 'application/octet-stream', buffer: Buffer.alloc(4096) });
  assert.equal(await page.getByLabel('Sensor name').inputValue(), 'osaka-dmz');
  await page.getByRole('button', { name: 'Start' }).click();
  await page.locator('.sentence').waitFor();
  assert.ok(web.fixture.state.asked.some((a) => a.startsWith('POST /sources/upload?sensor=osaka-dmz')));
  await context.close();
});

test('the one-time link signs in and leaves no token behind; a used one says what to do', skip, async () => {
  web.fixture.state.mode = 'signed-out';
  const { page, context, faults } = await web.open('/sign-in#token=used', { expectFailures: true });
  await page.locator('.failed').waitFor();
  assert.match(await page.locator('.failed').innerText(), /admin link/);
  assert.doesNotMatch(page.url(), /token/);
  await page.goto('about:blank');
  await page.goto(`${web.fixture.url}/sign-in#token=demo`);
  await page.locator('.sentence').waitFor();
  assert.match(page.url(), /\/now$/);
  assert.deepEqual(faults, []);
  await context.close();
});

test('name and password sign in to the page that was asked for, and signing out ends it', skip, async () => {
  web.fixture.state.mode = 'signed-out';
  const { page, context } = await web.open('/health?tab=store', { expectFailures: true });
  await page.getByLabel('Name').fill('Akari');
  await page.getByLabel('Password').fill('wrong');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.locator('[role=alert]').waitFor();
  await page.getByLabel('Password').fill('correct horse battery');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Jobs' }).waitFor();
  await page.getByRole('button', { name: /Profile/ }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL(/sign-in/);
  assert.equal(web.fixture.state.mode, 'signed-out');
  await context.close();
});

test('the language and the theme are switched in place and stay', skip, async () => {
  const { page, context } = await web.open('/now');
  await page.getByRole('button', { name: /Profile/ }).click();
  await page.getByRole('button', { name: '日本語' }).click();
  await page.getByText('直近 1 時間に').waitFor();
  await page.getByRole('button', { name: 'ダーク' }).click();
  assert.deepEqual(await page.evaluate(() => [document.documentElement.lang, document.documentElement.dataset['theme']]), ['ja', 'dark']);
  assert.equal(web.fixture.state.language, 'ja');
  await page.reload();
  await settled(page);
  assert.deepEqual(await page.evaluate(() => [document.documentElement.lang, document.documentElement.dataset['theme']]), ['ja', 'dark']);
  await context.close();
});

test('an unanswered question says so with its remedy, and trying again helps', skip, async () => {
  web.fixture.state.mode = 'error';
  const { page, context } = await web.open('/nowhere', { expectFailures: true });
  await page.goto(`${web.fixture.url}/now`);
  await page.locator('.failed').waitFor();
  assert.match(await page.locator('.failed').innerText(), /The event store did not answer\.\s+Look at the log/);
  web.fixture.state.mode = 'normal';
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.locator('.sentence').waitFor();
  await context.close();
});

test('sorting and filtering the ports at risk is in the URL', skip, async () => {
  const { page, context } = await web.open('/early-warning/ports');
  await page.getByRole('button', { name: 'Sort by Hosts' }).click();
  await page.waitForURL(/sort=-hosts/);
  assert.match(await page.locator('.risk tbody tr').first().innerText(), /23\/tcp/);
  assert.equal(await page.locator('th[aria-sort=descending]').count(), 1);
  await page.getByRole('button', { name: 'Unusual only' }).click();
  await page.waitForURL(/only=unusual/);
  assert.equal(await page.locator('.risk tbody tr').count(), 2);
  await context.close();
});

test('an administrator makes and revokes a key, and changes a setting', skip, async () => {
  const { page, context } = await web.open('/health?tab=keys');
  await page.getByRole('button', { name: 'New key' }).click();
  await page.locator('.secret code').waitFor();
  assert.match(await page.locator('.secret code').innerText(), /^nrs_/);
  await page.getByRole('link', { name: 'Settings' }).click();
  const field = page.getByLabel(/retention\.days/);
  await field.fill('30');
  await page.locator('li', { has: field }).getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved: retention.days').waitFor();
  web.fixture.state.role = 'viewer';
  await page.reload();
  await settled(page);
  assert.equal(await page.getByRole('link', { name: 'Audit log' }).count(), 0);
  await context.close();
});
