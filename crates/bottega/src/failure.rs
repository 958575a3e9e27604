//! Why a command could not be done, as a person reads it.

/// The words: what was asked, what was found, what to do.
pub(crate) struct Failure(pub(crate) String);

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Failure {
        Failure(error.to_string())
    }
}
