//! Where the demo's data lies when root starts it.

use crate::{
    pg::privileges::{self, Plan, PrivilegesError},
    settings::{Loaded, Origin},
};

use super::{Failure, process};

/// Gives up root. If the default data directory cannot be used, another one is taken: whoever
/// tries chunkgate for the first time should not have to choose a place. A directory that was
/// named is used, or refused.
pub(super) fn leave_root(loaded: &mut Loaded) -> Result<(), Failure> {
    let by_default = loaded
        .origins
        .iter()
        .any(|setting| setting.key == "server.data_dir" && setting.origin == Origin::Default);
    let settings = &mut loaded.settings;
    let plan = process::plan(settings)?;
    if let Plan::Become(user) = &plan {
        let directory = &mut settings.server.data_dir;
        match privileges::hand_over(user, directory) {
            Ok(()) => {}
            Err(PrivilegesError::CannotEnter { .. } | PrivilegesError::NotTheirs { .. })
                if by_default =>
            {
                let other = privileges::alternative(user)?;
                note!(
                    "The user {} cannot use {}, so the demo's data goes to {}.",
                    user.name,
                    directory.display(),
                    other.display()
                );
                *directory = other;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(privileges::apply(&plan)?)
}
