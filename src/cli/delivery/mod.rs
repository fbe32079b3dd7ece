//! `chunkgate delivery`: whether faxes can leave.

mod list;
mod test;

use clap::Subcommand;

use crate::{
    app::open_delivery,
    backend::Backend,
    fax::delivery::SharedDelivery,
    settings::{DeliveryName, Settings},
};

use super::{Failure, Options, output, process, upload, values};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    List(list::Arguments),
    Test(test::Arguments),
}

pub(super) fn run(options: &Options, command: &Command) -> Result<(), Failure> {
    let settings = options.load()?.settings;
    match command {
        Command::List(arguments) => list::run(&settings, arguments),
        Command::Test(arguments) => test::run(&settings, arguments),
    }
}

/// Opens a delivery as the gateway does; none if it is not set up.
async fn open(
    settings: &Settings,
    backend: &Backend,
    name: DeliveryName,
) -> Result<Option<SharedDelivery>, Failure> {
    let stores = backend.database().content_stores().await?;
    let Some(store) = stores.first() else {
        return Err(Failure::Refused(
            "no gateway has run on this database yet: start `chunkgate serve` once".to_owned(),
        ));
    };
    let opened = open_delivery(settings, backend, store.id, name).await;
    opened.map_err(|error| Failure::Failed(error.to_string()))
}

/// How a delivery is set up.
fn how_to(name: DeliveryName) -> &'static str {
    match name {
        DeliveryName::Spool => "spool.directory says where it is",
        DeliveryName::Hylafax => "set hylafax.server (CHUNKGATE__HYLAFAX__SERVER)",
        DeliveryName::Webhook => {
            "set webhook.url and webhook.secret (CHUNKGATE__WEBHOOK__URL, CHUNKGATE__WEBHOOK__SECRET)"
        }
    }
}
