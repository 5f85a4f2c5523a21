// The suites of the object store, on servers instead of a folder.
import "./on-servers";
import "./lease.test";
import "./logs.test";
import "./object-store.test";
import "./runs.test";
import "./state.test";
