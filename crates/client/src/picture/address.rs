//! Which URLs from a server may be downloaded: only those at public addresses, so that a server cannot make this
//! program read from its own network.

use crate::transport::base::is_loopback;
use std::net::IpAddr;
use url::{Host, Url};

/// Checks that a URL from a server may be downloaded: over TLS from a public address, or from this machine if the
/// client is configured for it.
pub(crate) fn check(url: &Url, local: bool) -> Result<(), &'static str> {
    if !url.username().is_empty() || url.password().is_some() {
        return Err("it holds a user name or a password");
    }
    if is_loopback(url) {
        return if local { Ok(()) } else { Err("it leads to this machine") };
    }
    if url.scheme() != "https" {
        return Err("only `https` is allowed");
    }
    match url.host() {
        Some(Host::Ipv4(address)) if !is_public(address.into()) => Err("it leads to a private address"),
        Some(Host::Ipv6(address)) if !is_public(address.into()) => Err("it leads to a private address"),
        Some(_) => Ok(()),
        None => Err("it names no host"),
    }
}

/// Whether an address is on the public internet, by the special-purpose registries of RFC 6890.
pub(crate) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            !(a == 0
                || address.is_private()
                || (a == 100 && (64..128).contains(&b))
                || address.is_loopback()
                || address.is_link_local()
                || (a == 192 && b == 0 && c == 0)
                || address.is_documentation()
                || (a == 198 && (b == 18 || b == 19))
                || address.is_multicast()
                || a >= 240)
        }
        IpAddr::V6(address) => {
            if let Some(embedded) = address.to_ipv4_mapped() {
                return is_public(embedded.into());
            }
            let bits = address.to_bits();
            let within = |prefix: u128, length: u32| (bits ^ prefix << 112).leading_zeros() >= length;
            if bits >> 32 == 0x0064_ff9b << 64 {
                // NAT64 stands for the IPv4 address in its last 32 bits.
                let embedded = u32::try_from(bits & u128::from(u32::MAX)).unwrap_or_default();
                return is_public(std::net::Ipv4Addr::from_bits(embedded).into());
            }
            let documentation = bits >> 96 == 0x2001_0db8 || within(0x3fff, 20);
            // Only 2000::/3 is given out; 2001::/23 is for protocols, and 2002::/16 stands for any IPv4 address.
            within(0x2000, 3) && !documentation && !within(0x2001, 23) && !within(0x2002, 16)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{check, is_public};

    #[test]
    fn private_addresses_are_told_from_public_ones() {
        for public in [
            "1.1.1.1",
            "1.0.0.1",
            "8.18.0.1",
            "172.32.0.1",
            "100.128.0.1",
            "192.0.1.1",
            "192.1.0.1",
            "198.17.0.1",
            "198.20.0.1",
            "2606:4700::1111",
            "64:ff9b::101:101",
            "::ffff:8.8.8.8",
        ] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
        for private in [
            "0.0.0.0",
            "10.0.0.1",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "192.168.1.1",
            "192.0.0.8",
            "192.0.2.1",
            "198.18.0.1",
            "198.19.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fe80::1",
            "fd00::1",
            "ff02::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "::ffff:127.0.0.1",
            "64:ff9b::a00:1",
        ] {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
    }

    #[test]
    fn a_server_cannot_send_the_program_to_this_machine_or_its_network() {
        let allowed = |text: &str, local| check(&text.parse().unwrap(), local).is_ok();
        for url in ["https://v3.fal.media/files/a.png", "https://1.1.1.1/a.png", "https://[2606:4700::1111]/a.png"] {
            assert!(allowed(url, false), "{url}");
        }
        assert!(allowed("http://127.0.0.1:4000/a.png", true) && !allowed("http://127.0.0.1:4000/a.png", false));
        for url in [
            "http://v3.fal.media/a.png",
            "https://10.0.0.1/a",
            "https://[fd00::1]/a",
            "https://169.254.169.254/",
            "ftp://a/b",
            "file:///etc/passwd",
            "https://user@v3.fal.media/",
        ] {
            assert!(!allowed(url, true), "{url}");
        }
    }
}
