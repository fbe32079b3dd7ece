//! Hashing and checking passwords, off the threads that serve requests.

use std::sync::Arc;

use argon2::{
    Algorithm, Argon2, Block, Params, Version,
    password_hash::{PasswordHasher, phc::PasswordHash},
};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::UploadError;

/// A stored hash that is none of ours.
const UNREADABLE: UploadError = UploadError::Internal("a stored password hash cannot be read");

/// argon2's blocks, of 1 KiB, for which memory is reserved; only those that are used become real.
///
/// glibc learns from the largest piece below 32 MiB that it gets back how much to keep for later:
/// 19 MiB for a password would make it keep tens of megabytes of document data.
const MORE_THAN_GLIBC_LEARNS: usize = 33 * 1024;

/// Hashes and checks passwords with argon2id in blocking tasks.
#[derive(Clone)]
pub struct Passwords {
    argon2: Argon2<'static>,
    // What an unknown user's password is compared with, so that it costs the same.
    nobody: Arc<str>,
}

impl Passwords {
    /// Hashes with `memory` KiB and `iterations` passes from now on; older hashes are checked with
    /// the parameters they carry.
    ///
    /// # Errors
    /// A message if argon2 does not know such parameters.
    pub fn new(memory: u32, iterations: u32) -> Result<Self, String> {
        let parameters = Params::new(memory, iterations, 1, None).map_err(|e| e.to_string())?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters);
        // No password is known to lead to this, and it is never taken for right.
        let nobody = format!(
            "$argon2id$v=19$m={memory},t={iterations},p=1$bm9ib2R5IGlzIGhlcmU${}",
            "A".repeat(43)
        );
        Ok(Self {
            argon2,
            nobody: nobody.into(),
        })
    }

    /// The hash of a new password, in PHC form.
    ///
    /// # Errors
    /// [`UploadError::Internal`] if hashing fails.
    pub async fn hash(&self, password: &str) -> Result<String, UploadError> {
        let password = Zeroizing::new(password.to_owned());
        let argon2 = self.argon2.clone();
        work(move || {
            argon2
                .hash_password(password.as_bytes())
                .map(|hash| hash.to_string())
                .map_err(|_| UploadError::Internal("a password could not be hashed"))
        })
        .await
    }

    /// Whether `password` is the one behind `hash`; without a hash the answer is no, and takes as long.
    ///
    /// `turn` is dropped when the work is done, also if nobody waits for the answer any more.
    ///
    /// # Errors
    /// [`UploadError::Internal`] if the stored hash cannot be read.
    pub async fn verify(
        &self,
        password: &str,
        hash: Option<&str>,
        turn: impl Send + 'static,
    ) -> Result<bool, UploadError> {
        let password = Zeroizing::new(password.to_owned());
        let known = hash.is_some();
        let hash: Arc<str> = hash.map_or_else(|| Arc::clone(&self.nobody), Arc::from);
        work(move || {
            let _held_to_the_end = turn;
            let hash = PasswordHash::new(&hash).map_err(|_| UNREADABLE)?;
            Ok(matches(password.as_bytes(), &hash)? && known)
        })
        .await
    }
}

async fn work<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, UploadError> + Send + 'static,
) -> Result<T, UploadError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| UploadError::Internal("a password check was interrupted"))?
}

/// Whether `hash` is that of `password`, with the parameters it carries.
fn matches(password: &[u8], hash: &PasswordHash) -> Result<bool, UploadError> {
    let (Some(salt), Some(expected)) = (&hash.salt, &hash.hash) else {
        return Err(UNREADABLE);
    };
    let parameters = Params::try_from(hash).map_err(|_| UNREADABLE)?;
    let mut blocks = Vec::with_capacity(parameters.block_count().max(MORE_THAN_GLIBC_LEARNS));
    blocks.resize(parameters.block_count(), Block::default());
    let mut computed = Zeroizing::new(vec![0; expected.len()]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters)
        .hash_password_into_with_memory(password, salt, &mut computed, &mut blocks)
        .map_err(|_| UNREADABLE)?;
    Ok(computed.ct_eq(expected.as_bytes()).into())
}

#[cfg(test)]
mod tests {
    use super::Passwords;

    async fn check(passwords: &Passwords, password: &str, hash: Option<&str>) -> bool {
        passwords.verify(password, hash, ()).await.unwrap()
    }

    #[tokio::test]
    async fn a_password_verifies_against_its_own_hash_only() {
        let passwords = Passwords::new(64, 1).unwrap();
        let hash = passwords.hash("correct horse").await.unwrap();
        assert!(hash.starts_with("$argon2id$"), "{hash}");
        assert!(check(&passwords, "correct horse", Some(&hash)).await);
        assert!(!check(&passwords, "Correct horse", Some(&hash)).await);
        assert!(!check(&passwords, "correct horse", None).await);
    }

    #[tokio::test]
    async fn not_even_the_dummy_password_opens_an_unknown_account() {
        let passwords = Passwords::new(64, 1).unwrap();
        assert!(!check(&passwords, "nobody has this password", None).await);
    }
}
