//! What a gateway makes of bodies that are compressed or not in UTF-8, on real sockets.
//!
//! - `charsets`: every character set, and what decides about it
//! - `malformed_text`: bytes that are no text are refused, never replaced
//! - `refused`: character sets that are not read
//! - `places`: faults name the same place in every encoding
//! - `large_chunk`: the largest chunk in UTF-16
//! - `content_coding`: gzip and nothing else
//! - `gzip`: members, damage, limits
//! - `gzip_property`: whatever was compressed comes out, however it is cut
//! - `bombs`: a little that becomes much costs little
//! - `content_types`: quotes and blanks in a content type
//! - `persistent`: HTTP/1.0, keep-alive, many requests in one packet
//! - `chunked`: odd sizes, extensions and trailers of chunked coding

mod bombs;
mod charsets;
mod chunked;
mod content_coding;
mod content_types;
mod gzip;
mod gzip_property;
mod large_chunk;
mod malformed_text;
mod persistent;
mod places;
mod refused;
pub mod support;
