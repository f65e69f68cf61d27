// `npm run new <kind> <name>`: writes an entry and its line in the registry. Kinds: engine importer scenario command page.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const [kind, name] = process.argv.slice(2);
const camel = (text) => text.replace(/-([a-z])/g, (_, c) => c.toUpperCase());
const fail = (message) => { console.error(message); process.exit(2); };
const header = (first, body) => `/**\n * ${first}\n *\n${body.map((line) => ` * ${line}\n`).join('')} * @module\n */\n`;

const KINDS = {
  engine: {
    file: (n) => `src/engines/${n}.ts`, registry: 'src/engines/registry.ts', imitate: 'src/engines/dos-victim.ts',
    body: (n) => `${header(`${n}: what it sees, in one sentence.`, ['In: packets. Out: which finding.', 'Source: the paper or report.', 'Cost: a packet; bytes a subject.', 'Limits: where it fails.'])}import type { Engine } from './engine.ts';\n\ninterface Counts { packets: number }\n\nexport const ${camel(n)}: Engine<Counts, null> & { readonly name: '${n}' } = {\n  name: '${n}', version: '${n}/1', source: 'name the paper', about: 'Say what it finds.',\n  windowUs: 60_000_000, input: 'screened', memoryBytes: 1 << 20,\n  empty: () => ({ packets: 0 }),\n  add(partial, _batch, from, to) { partial.packets += to - from; },\n  merge(into, other) { into.packets += other.packets; return into; },\n  memory: () => null,\n  conclude: (_partial, memory) => ({ memory, findings: [] }),\n};\n`,
  },
  importer: {
    file: (n) => `src/darknet/importers/${n}.ts`, registry: 'src/darknet/registry.ts', imitate: 'src/darknet/importers/p0f.ts',
    body: (n) => `${header(`${n}: logs of which tool, as observations.`, ['In: decompressed bytes in any chunking. Out: observations and defects.', 'Source: the tool and its format description.', 'Limits: what is not read.'])}import type { Importer } from '../importer.ts';\n\nexport const ${camel(n)}: Importer & { readonly name: '${n}' } = {\n  name: '${n}', about: 'Say which tool writes it.',\n  detect: () => 0,\n  async *read(chunks) {\n    let line = 0;\n    for await (const chunk of chunks) { line += chunk.length; yield { kind: 'defect', defect: { line, reason: 'this importer reads nothing yet', quote: '' } }; }\n  },\n};\n`,
  },
  command: {
    file: (n) => `src/cli/commands/${n}.ts`, registry: 'src/cli/registry.ts', imitate: 'src/cli/commands/query.ts',
    body: (n) => `${header(`\`noroshi ${n}\`: what it does.`, [])}import { line, type Command } from '../command.ts';\n\nexport const ${camel(n)}: Command & { readonly name: '${n}' } = {\n  name: '${n}', data: 'shared', about: 'Say what it does.', options: [],\n  example: 'noroshi ${n}',\n  async run(ctx) { await line(ctx, { done: true }); },\n};\n`,
  },
  scenario: {
    file: (n) => `src/simulator/scenarios/${n}.ts`, registry: 'src/simulator/registry.ts', imitate: 'src/simulator/scenarios/calm-day.ts', body: null,
  },
  page: { file: (n) => `src/portal/web/pages/${n}/page.tsx`, registry: 'src/portal/web/frame/pages.ts', imitate: 'src/portal/web/pages/now/page.tsx', body: null },
};

const entry = KINDS[kind];
if (!entry || !/^[a-z][a-z0-9-]*$/.test(name ?? '')) fail(`usage: npm run new <${Object.keys(KINDS).join('|')}> <kebab-case-name>`);
const path = join(root, entry.file(name));
if (existsSync(path)) fail(`${entry.file(name)} exists already`);
mkdirSync(dirname(path), { recursive: true });
if (entry.body) writeFileSync(path, entry.body(name));
else writeFileSync(path, readFileSync(join(root, entry.imitate), 'utf8'));
const registry = join(root, entry.registry);
const text = readFileSync(registry, 'utf8');
const relative = `./${entry.file(name).slice(dirname(entry.registry).length + 1)}`;
if (entry.body) {
  const lastImport = [...text.matchAll(/^import .*;$/gm)].at(-1);
  const at = lastImport ? lastImport.index + lastImport[0].length : 0;
  const withImport = `${text.slice(0, at)}\nimport { ${camel(name)} } from '${relative}';${text.slice(at)}`;
  const close = withImport.lastIndexOf('\n});');
  writeFileSync(registry, close < 0 ? withImport : `${withImport.slice(0, close)}\n  '${name}': ${camel(name)},${withImport.slice(close)}`);
}
console.log(`wrote ${entry.file(name)}${entry.body ? ` and its line in ${entry.registry}` : `, a copy of ${entry.imitate}; give it its own content and its line in ${entry.registry}`}`);
console.log(`imitate ${entry.imitate}; then npm test -- ${dirname(entry.file(name))}`);
