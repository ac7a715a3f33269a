//! A line that is spoiled at every place it can be: a proxy of the test's own breaks the first connection of each of
//! some thousand watchers after another number of bytes.

use super::table;
use crate::receive::{Copy, Watching, copies, mail};
use crate::servers::{Data, Dovecot, User};
use futures::StreamExt as _;
use pouch::config::Receive;
use pouch::domain::Digest;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// Watchers at work at the same time.
const AT_ONCE: usize = 16;

/// What happens to the server's bytes after `at` of them.
#[derive(Clone, Copy, Debug)]
enum Spoil {
    /// RST.
    Cut,
    /// FIN, under TLS without its close_notify.
    Eof,
    /// TLS close_notify, then FIN.
    Close,
    /// One byte is left out.
    Drop,
    /// One byte too many.
    Insert,
    /// All bits of one byte are flipped.
    Garble,
    /// Nothing is changed, but the next bytes come later.
    Pause,
}

/// Long enough for a reader to have read what came before, and to have decided what it is.
const PAUSE: Duration = Duration::from_millis(20);

/// Bytes that a proxy passed on its first connection.
type Passed = Arc<AtomicUsize>;

/// Passes the server's bytes on to the client, the first connection's spoiled; returns the port and the count.
async fn proxy(to: u16, spoil: Spoil, at: usize, tls: Option<TlsAcceptor>) -> (u16, Passed) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let count = Passed::default();
    let counted = count.clone();
    tokio::spawn(async move {
        let mut first = true;
        while let Ok((client, _)) = listener.accept().await {
            let place = std::mem::take(&mut first).then_some((spoil, at));
            let (tls, count) = (tls.clone(), count.clone());
            tokio::spawn(async move {
                client.set_nodelay(true).unwrap();
                let server = TcpStream::connect(("127.0.0.1", to)).await.unwrap();
                server.set_nodelay(true).unwrap();
                if matches!(place, Some((Spoil::Cut, _))) {
                    // From now on closing means RST.
                    let _ = client.set_zero_linger();
                }
                match tls {
                    // A client that gives up in the handshake is no concern of ours.
                    Some(tls) => {
                        if let Ok(client) = tls.accept(client).await {
                            pass(client, server, place, &count).await;
                        }
                    }
                    None => pass(client, server, place, &count).await,
                }
            });
        }
    });
    (port, counted)
}

async fn pass<S: AsyncRead + AsyncWrite + Unpin>(
    client: S,
    server: TcpStream,
    place: Option<(Spoil, usize)>,
    count: &AtomicUsize,
) {
    let first = place.is_some();
    let (mut from_client, mut to_client) = tokio::io::split(client);
    let (mut from_server, mut to_server) = server.into_split();
    let up = async {
        let _ = tokio::io::copy(&mut from_client, &mut to_server).await;
    };
    let down = async {
        let mut passed = 0;
        let mut place = place;
        let mut buffer = vec![0; 1 << 14];
        while let Ok(read @ 1..) = from_server.read(&mut buffer).await {
            let mut bytes = buffer[..read].to_vec();
            if let Some((spoil, at)) = place
                && at < passed + read
            {
                place = None;
                let here = at - passed;
                match spoil {
                    Spoil::Drop => drop(bytes.remove(here)),
                    Spoil::Insert => bytes.insert(here, b'7'),
                    Spoil::Garble => bytes[here] ^= 0xff,
                    Spoil::Pause => {
                        let _ = to_client.write_all(&bytes[..here]).await;
                        let _ = to_client.flush().await;
                        tokio::time::sleep(PAUSE).await;
                        bytes.drain(..here);
                    }
                    Spoil::Cut | Spoil::Eof | Spoil::Close => {
                        let _ = to_client.write_all(&bytes[..here]).await;
                        let _ = to_client.flush().await;
                        if matches!(spoil, Spoil::Close) {
                            let _ = to_client.shutdown().await;
                        }
                        return;
                    }
                }
            }
            passed += read;
            if first {
                count.store(passed, Ordering::Relaxed);
            }
            if to_client.write_all(&bytes).await.is_err() || to_client.flush().await.is_err() {
                return;
            }
        }
    };
    tokio::select! { () = up => {} () = down => {} }
}

/// With the certificate of a Dovecot, so that offsets count bytes of IMAP and not of TLS.
fn acceptor(dovecot: &Dovecot) -> TlsAcceptor {
    let (certificate, key) = dovecot.certificate();
    let chain = vec![CertificateDer::from_pem_file(certificate).unwrap()];
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, PrivateKeyDer::from_pem_file(key).unwrap())
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

/// Who ends TLS.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tls {
    None,
    /// The proxy, so that it spoils IMAP.
    Proxy,
    /// The server, so that it spoils TLS.
    Server,
}

/// One watcher over one spoiled line, until the five messages are there; all rows, the bytes of the first line, and how
/// long it took.
async fn one(data: &Data, dovecot: &Dovecot, tls: Tls, spoil: Spoil, at: usize) -> (Vec<Copy>, usize, Duration) {
    let user: User<'_> = dovecot.user();
    for number in 0..5 {
        user.deliver("INBOX", &mail(number));
    }
    let to = if tls == Tls::Server { dovecot.imaps() } else { dovecot.imap() };
    let (port, passed) = proxy(to, spoil, at, (tls == Tls::Proxy).then(|| acceptor(dovecot))).await;
    let mut account = if tls == Tls::None { user.plain() } else { user.account() };
    (account.port, account.junk) = (port, false);
    let settings = Receive { park_retry: Duration::from_millis(500), ..table::settings() };
    let began = Instant::now();
    let watching = Watching::start(data, &account, &settings);
    let rows = loop {
        let rows = copies(data.store.pool(), &account.name).await;
        let live = rows.iter().filter(|row| row.settlement == "received" && row.vanished_at.is_none());
        if live.filter(|row| (1..=5).contains(&row.uid)).count() == 5 || began.elapsed() > table::LIMIT {
            break rows;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    let took = began.elapsed();
    watching.stop().await;
    (rows, passed.load(Ordering::Relaxed), took)
}

/// All places in such a session, `step` apart. How long it is, an unspoiled one says.
async fn sweep(case: &str, tls: Tls, spoil: Spoil, step: usize, check: fn(&[Copy])) {
    let (data, dovecot) = (Data::new().await, Dovecot::shared());
    let (_, end, _) = one(&data, &dovecot, tls, spoil, usize::MAX).await;
    assert!(end > 1_000, "a session of five messages has more than {end} bytes");
    let places = futures::stream::iter((0..end).step_by(step));
    let watchers = places.map(|at| one(&data, &dovecot, tls, spoil, at));
    let expected: Vec<Digest> = (0..5).map(|number| Digest::of(&mail(number))).collect();
    watchers
        .buffer_unordered(if table::is_bench() { 2 * AT_ONCE } else { AT_ONCE })
        .for_each(async |(rows, _, took)| {
            check(&rows);
            let (lost, doubled) = table::lost_and_doubled(&rows, &expected);
            // Without TLS a changed byte is another message; that five are there is what `check` has seen.
            let is_changed = tls == Tls::None && matches!(spoil, Spoil::Drop | Spoil::Insert | Spoil::Garble);
            if is_changed { table::put(case, 0, 0, took) } else { table::put(case, lost, doubled, took) }
        })
        .await;
    table::close(case);
}

/// Exactly the five, each with its own bytes.
fn exactly_five(rows: &[Copy]) {
    let found: Vec<_> = rows.iter().map(|row| (row.uid, row.settlement.as_str(), row.digest.clone())).collect();
    let expected: Vec<_> =
        (0..5).map(|number| (number as i64 + 1, "received", Some(Digest::of(&mail(number)).to_string()))).collect();
    assert_eq!(found, expected);
}

/// The five are there; without TLS a changed byte of a message cannot be told from a true one.
fn at_least_five(rows: &[Copy]) {
    let live = rows.iter().filter(|row| row.settlement == "received" && row.vanished_at.is_none());
    assert_eq!(live.filter(|row| (1..=5).contains(&row.uid)).count(), 5, "{rows:?}");
    assert!(rows.iter().all(|row| row.settlement != "parked"), "{rows:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_cut_after_any_byte_loses_nothing_and_doubles_nothing() {
    // chatmail-core#5009: a FETCH that broke looked like an empty one, and two messages were never read.
    sweep("cut by RST after every byte", Tls::None, Spoil::Cut, 1, exactly_five).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_comes_in_two_pieces_split_anywhere_is_the_same_answer() {
    // chatmail/async-imap#66: a read that ended just behind " UID " gave nothing and broke the session.
    sweep("an answer split at every byte", Tls::None, Spoil::Pause, 1, exactly_five).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_ends_without_a_word_loses_nothing_and_doubles_nothing() {
    sweep("FIN without close_notify after every third byte", Tls::Proxy, Spoil::Eof, 3, exactly_five).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_is_closed_in_order_at_any_place_loses_nothing_and_doubles_nothing() {
    sweep("close_notify after every third byte", Tls::Proxy, Spoil::Close, 3, exactly_five).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_byte_under_tls_changes_nothing() {
    for spoil in [Spoil::Drop, Spoil::Insert, Spoil::Garble] {
        sweep("a byte dropped, put in or flipped under TLS", Tls::Server, spoil, 61, exactly_five).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_byte_without_tls_never_stops_the_watcher() {
    for spoil in [Spoil::Drop, Spoil::Insert, Spoil::Garble] {
        sweep("the same without TLS (five messages, not their bytes)", Tls::None, spoil, 17, at_least_five).await;
    }
}
