//! What the tests stand on.

pub mod gateway;
pub mod outage;
pub mod postgres;
pub mod process;
pub mod proxy;
pub mod request;
pub mod retrying;
pub mod soap;
pub mod wire;
