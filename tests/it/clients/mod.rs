//! Client programs that were written for the original service, unmodified libraries and all.
//!
//! Run as processes, each tells the same two stories in lines that are compared: how a document is
//! uploaded (`story`), and how documents are faxed (`fax_story`), which curl leaves to the others.
//! - `php`: PHP's `SoapClient`, SOAP 1.1 and 1.2; NuSOAP
//! - `python`: zeep, SOAP 1.1 and 1.2; suds; forms
//! - `perl`: `SOAP::Lite`, SOAP 1.1 and 1.2
//! - `node`: node-soap, SOAP 1.1 and 1.2
//! - `mono`: a proxy generated and compiled by Mono's tools, as for a .NET web reference
//! - `gsoap`: a proxy in C++, SOAP 1.1 and 1.2
//! - `java`: proxies of Axis 1.4 and of JAX-WS, the latter in SOAP 1.1 and 1.2
//! - `curl`: shell scripts, SOAP 1.1 and 1.2; one runs what the help page shows
//!
//! Recorded, byte by byte as they were on the wire:
//! - `recorded`: what those programs send
//! - `savon`: Ruby's Savon
//! - `wcf`: .NET's WCF
//!
//! `scripts/clients` lists the programs and how to install them. One that is missing is skipped,
//! unless `CI` or `CHUNKGATE_REQUIRE_CLIENTS` is set. `docs/CLIENTS.md` tells what was learned.

mod curl;
mod fax_story;
mod gsoap;
mod java;
mod mono;
mod node;
mod perl;
mod php;
pub mod program;
mod python;
mod recorded;
mod savon;
mod stage;
mod story;
mod wcf;
