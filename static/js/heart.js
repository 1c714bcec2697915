// Notices a socket that only looks open: asks every 25 seconds, and calls it lost when nothing comes within ten.
const EVERY = 25e3, PATIENCE = 10e3;

export function beat(socket, lost) {
  let answer = 0;
  const heard = () => { clearTimeout(answer); answer = 0; };
  const asking = setInterval(() => {
    if (socket.readyState !== WebSocket.OPEN) return;
    socket.send('{"type": "ping"}');
    answer ||= setTimeout(lost, PATIENCE);
  }, EVERY);
  socket.addEventListener("message", heard);
  return () => { clearInterval(asking); heard(); };
}
