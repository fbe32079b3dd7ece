//! Client programs that were written for the original service, unmodified libraries and all.
//!
//! Run as processes, each tells the same story (see `story`) in lines that are compared:
//! - `php`: PHP's `SoapClient`, SOAP 1.1 and 1.2
//! - `zeep`: Python's zeep, SOAP 1.1 and 1.2
//! - `mono`: a proxy generated and compiled by Mono's tools, as for a .NET web reference
//!
//! Recorded, byte by byte as they were on the wire:
//! - `savon`: Ruby's Savon
//! - `wcf`: .NET's WCF
//!
//! `scripts/clients` lists the programs and how to install them. One that is missing is skipped,
//! unless `CI` or `CHUNKGATE_REQUIRE_CLIENTS` is set.

mod mono;
mod php;
pub mod program;
mod savon;
mod story;
mod wcf;
mod zeep;
