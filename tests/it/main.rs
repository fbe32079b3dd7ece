//! The integration tests: one binary, so that it links once; a folder for each part of the
//! gateway and a file for each rule.

/// The wire of the original server, row by row: raw bytes in and raw bytes out.
mod asmx;
/// The real program: its commands, messages and exit codes.
mod cli;
/// Real client programs, and recordings of others.
mod clients;
/// Where bytes lie: the contract of a store, the journal on disks that lose power, on disks that
/// fail, and on the real one.
mod content;
/// The contract of `dfs.asmx`: facts, service description and table of operations agree.
mod contract;
/// Gateway and Postgres killed at random moments under load: no document is lost.
mod crash;
/// Connections cut at every stage: no chunk is lost and none is stored twice.
mod cut;
/// A disk that becomes full: chunks are refused, and nothing is lost.
mod disk_full;
/// The HTTP edge: bounds of bodies and addresses, what operators see.
mod edge;
/// Bodies that are compressed or not in UTF-8, and the ways in which a body may come.
mod encodings;
/// The engine on a real database: models, races, lost answers, broken connections, accounts.
mod engine;
/// Faxes: what leaves, how, and what becomes of it.
mod fax;
/// The HTTP GET and POST bindings: urlencoded forms, read while they arrive.
mod forms;
/// What the fuzzers check, on seeds and on the cases they have found.
mod fuzzing;
/// A whole gateway on real sockets.
mod gateway;
/// What the service says about itself: description, discovery document, help page.
mod help;
/// Hostile input against the real program: answers, cost, memory, and what others notice.
mod hostile;
/// The rules of the InterFAX upload, a file each.
mod interfax;
/// What a gateway does by itself: expiry, retention, reclamation.
mod jobs;
/// Many clients at once: speed and memory.
mod load;
/// The gateway's own Postgres starts, survives, and ends with its gateway.
mod pg;
/// Settings: order of the sources, errors that name the mend, the example file.
mod settings;
/// The SOAP server: dispatch, faults, parameters, recorded clients.
mod soap;
/// The rows in Postgres.
mod store;
/// No proof: what the tests stand on.
mod support;
/// What operators see: metrics.
mod telemetry;
/// TLS on the clients' port: renewal, lost answers, memory.
mod tls;
/// What the program asked the operating system for before each answer.
mod trace;
/// The bounded XML reader and its base64.
mod xml;
