//! What is wrong with a server's certificate or its TLS. Such an error does not pass by waiting.

use rustls::{CertificateError, Error as TlsError};
use std::error::Error as StdError;
use std::fmt::{self, Display, Formatter};
use std::io;
use std::iter::successors;

/// A TLS handshake error that would come again each time.
pub(crate) struct TlsFault<'a>(&'a TlsError);

impl<'a> TlsFault<'a> {
    /// The TLS error among an error's causes, if there is one.
    pub(super) fn behind(error: &'a (dyn StdError + 'static)) -> Option<Self> {
        let causes = successors(Some(error), |&cause| cause.source());
        causes.filter_map(of_cause).find(|fault| is_lasting(fault)).map(Self)
    }
}

/// `source` of an I/O error skips the error that it wraps, so that one is looked at too.
fn of_cause<'a>(cause: &'a (dyn StdError + 'static)) -> Option<&'a TlsError> {
    cause.downcast_ref::<TlsError>().or_else(|| of_io(cause.downcast_ref()?))
}

fn of_io(error: &io::Error) -> Option<&TlsError> {
    let inner = error.get_ref()?;
    inner.downcast_ref::<TlsError>().or_else(|| of_io(inner.downcast_ref()?))
}

fn is_lasting(fault: &TlsError) -> bool {
    matches!(
        fault,
        TlsError::InvalidCertificate(_)
            | TlsError::InvalidMessage(_)
            | TlsError::NoCertificatesPresented
            | TlsError::PeerIncompatible(_)
    )
}

/// Says what is wrong and what to do about it.
impl Display for TlsFault<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            TlsError::InvalidCertificate(CertificateError::UnknownIssuer) => f.write_str(
                "the server's certificate is issued by nobody whom this machine trusts; `IDEOGRAM_CA_FILE` names a file of \
                 certificates to trust besides the system's",
            ),
            TlsError::InvalidCertificate(CertificateError::Expired | CertificateError::ExpiredContext { .. }) => {
                f.write_str("the server's certificate has expired; check this machine's clock")
            }
            TlsError::InvalidCertificate(CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. }) => {
                f.write_str("the server's certificate is not valid yet; check this machine's clock")
            }
            TlsError::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            ) => f.write_str("the server's certificate is for another host; check the base URLs"),
            TlsError::InvalidMessage(_) => f.write_str("the server does not speak TLS there; check the base URLs"),
            other => write!(f, "{other}; check the base URLs"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::TlsFault;
    use rustls::{CertificateError, Error as TlsError, InvalidMessage};
    use std::io;

    #[test]
    fn a_fault_is_found_however_deep_it_is_wrapped_and_says_what_to_do() {
        for (fault, said) in [
            (TlsError::InvalidCertificate(CertificateError::UnknownIssuer), "`IDEOGRAM_CA_FILE`"),
            (TlsError::InvalidCertificate(CertificateError::Expired), "expired"),
            (TlsError::InvalidCertificate(CertificateError::NotValidYet), "not valid yet"),
            (TlsError::InvalidCertificate(CertificateError::NotValidForName), "another host"),
            (TlsError::InvalidCertificate(CertificateError::Revoked), "check the base URLs"),
            (TlsError::InvalidMessage(InvalidMessage::InvalidContentType), "does not speak TLS"),
        ] {
            let error = io::Error::other(io::Error::new(io::ErrorKind::InvalidData, fault));
            let found = TlsFault::behind(&error).map(|fault| fault.to_string()).unwrap_or_default();
            assert!(found.contains(said), "{found}");
        }
        for passing in [TlsError::HandshakeNotComplete, TlsError::FailedToGetRandomBytes] {
            assert!(TlsFault::behind(&io::Error::other(passing)).is_none());
        }
        assert!(TlsFault::behind(&io::Error::from(io::ErrorKind::ConnectionReset)).is_none());
    }
}
