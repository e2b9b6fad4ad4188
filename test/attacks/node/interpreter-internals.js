// Uses the interpreter's own back doors: internal bindings, native libraries, the inspector, flags, reports, snapshots.
async function callme({ ...facts }) {
  await attempt('binding of processes', () => {
    const { Process } = process.binding('spawn_sync') ?? {};
    return Process !== undefined && facts.secretFile === '' && true;
  });
  await attempt('native library of the host', () => process.dlopen({ exports: {} }, '/proc/1/root/usr/lib/libc.so.6'));
  await attempt('library from a secret', () => process.dlopen({ exports: {} }, facts.secretFile));
  await attempt('report over the code', () => process.report.writeReport('/code/report.json'));
  await attempt('report into the data folder', () =>
    process.report.writeReport(path.join(facts.dataFolder, 'report.json')),
  );
  await attempt('heap snapshot over the code', () => require('node:v8').writeHeapSnapshot('/code/x.heapsnapshot'));
  await attempt('module of the host', () => require(facts.secretFile));
  await attempt('module of the data folder', () => require(facts.dataFolder));
  await attempt('the inspector of the node', async () => (await fetch('http://127.0.0.1:9229/json')).text());
  await attempt('database of the host', () => {
    const { DatabaseSync } = require('node:sqlite');
    return new DatabaseSync(path.join(facts.dataFolder, 'fob.db'), { readOnly: true });
  });
  await attempt('attach a database', () => {
    const { DatabaseSync } = require('node:sqlite');
    return (
      new DatabaseSync(':memory:').exec(
        `attach '${facts.dataFolder}/fob.db' as host; select * from host.sqlite_master`,
      ) === undefined
    );
  });
  await attempt('web assembly with folders of the host', () => {
    const { WASI } = require('node:wasi');
    const wasi = new WASI({ version: 'preview1', preopens: { '/host': facts.dataFolder } });
    return wasi.wasiImport.path_open && fs.existsSync(facts.dataFolder);
  });
  await attempt('another context', () =>
    require('node:vm').runInNewContext('this.constructor.constructor("return process")().kill')(facts.hostPid, 0),
  );
  return report();
}

module.exports = { callme };
