//! What the service says about itself: description, discovery document, help page.
//!
//! - `documents`: which query asks for which document; HEAD
//! - `address`: all of them name the address that the client used
//! - `pages`: the list, the pages of operations, an unknown operation; headers and escaping
//! - `samples`: the messages on the help page, pasted as they are shown
//! - `form`: trying operations from the page
//! - `typed`: structures, arrays, words and data
//! - `entered`: how much is held of what was entered
//! - `elsewhere`: other paths name the service's
//! - `secrets`: nothing that was entered is logged
//! - `browser`: all of it in a real browser without JavaScript

mod address;
mod browser;
mod documents;
mod elsewhere;
mod entered;
mod form;
mod pages;
mod samples;
mod secrets;
mod support;
mod typed;
mod webdriver;
