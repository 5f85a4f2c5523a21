import { startPostgres } from "../../local/postgres";
import { Client } from "pg";
void (async () => {
  for (const directory of [undefined, "/root/x y/shop", "/root/x y/shop"]) {
  const t = performance.now();
  const s = await startPostgres(directory ? {directory} : {});
  console.log((performance.now()-t)|0, s);
  const c = new Client(s as never); await c.connect();
  await c.query("create table if not exists t(a int)"); await c.query("insert into t values(1)");
  console.log((await c.query("select count(*), max(version()) v from t")).rows); await c.end();
  if (process.argv[2] === "hang" ) { console.log("hang"); await new Promise(() => setInterval(()=>0, 1000)); }
  const t2=performance.now(); await s.stop(); console.log("stop", (performance.now()-t2)|0);
  }
})();
