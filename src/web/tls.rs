//! TLS in front of the desk, where no proxy does it. One peer that is slow to greet keeps nobody else waiting.

use anyhow::Context as _;
use axum::serve::Listener;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::server::TlsStream;

/// The greeting may take so long.
const GREETING: Duration = Duration::from_secs(10);

/// Connections that have greeted and wait for a task of their own.
const WAITING: usize = 64;

/// Connections after the greeting.
pub struct Greeted {
    local: SocketAddr,
    ready: mpsc::Receiver<(TlsStream<TcpStream>, SocketAddr)>,
}

/// Takes connections with this certificate chain and key.
///
/// # Errors
/// If they cannot be read, or do not go together.
pub fn listener(listener: TcpListener, certificate: &Path, key: &Path) -> anyhow::Result<Greeted> {
    let chain = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .with_context(|| format!("[desk] certificate: {} cannot be read", certificate.display()))?;
    let key_der =
        PrivateKeyDer::from_pem_file(key).with_context(|| format!("[desk] key: {} cannot be read", key.display()))?;
    let mut config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(chain, key_der)
        .context("[desk] certificate and key do not go together")?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let (acceptor, local) = (TlsAcceptor::from(Arc::new(config)), listener.local_addr()?);
    let (give, ready) = mpsc::channel(WAITING);
    tokio::spawn(greet_on(listener, acceptor, give));
    Ok(Greeted { local, ready })
}

async fn greet_on(
    mut listener: TcpListener,
    acceptor: TlsAcceptor,
    give: mpsc::Sender<(TlsStream<TcpStream>, SocketAddr)>,
) {
    while !give.is_closed() {
        // Errors of single connections are waited out in there.
        let accepted = tokio::select! {
            accepted = Listener::accept(&mut listener) => accepted,
            () = give.closed() => return,
        };
        let (acceptor, give) = (acceptor.clone(), give.clone());
        tokio::spawn(async move {
            let (stream, from) = accepted;
            if let Ok(Ok(stream)) = tokio::time::timeout(GREETING, acceptor.accept(stream)).await {
                let _ = give.send((stream, from)).await;
            }
        });
    }
}

impl Listener for Greeted {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.ready.recv().await {
            Some(one) => one,
            // Only when the service stops: nobody comes any more.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        Ok(self.local)
    }
}
