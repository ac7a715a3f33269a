//! stub
use crate::pipeline::Tools; use std::sync::Arc;
pub async fn listen(a: std::net::SocketAddr) -> anyhow::Result<tokio::net::TcpListener> { Ok(tokio::net::TcpListener::bind(a).await?) }
pub async fn serve(_: tokio::net::TcpListener, _: Arc<Tools>, _: fn() -> crate::domain::Timestamp, _: tokio::sync::watch::Receiver<bool>) {}
