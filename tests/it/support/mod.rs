//! What the tests stand on.

pub mod alone;
pub mod eventually;
pub mod gateway;
pub mod link;
pub mod log;
pub mod outage;
pub mod postgres;
pub mod process;
pub mod proxy;
pub mod request;
pub mod retrying;
pub mod soap;
pub mod speed;
pub mod wire;
