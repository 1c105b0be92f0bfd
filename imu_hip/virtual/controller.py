"""The controller of a virtual Bluetooth chip: bumble's, with flow control, cancel and modest features."""

from __future__ import annotations

import asyncio

from bumble import hci, ll
from bumble.controller import Controller
from bumble.link import LocalLink

# Data length extension: a full link layer PDU carries 251 bytes, so an ATT packet of MTU 247 needs one.
_ACL_BYTES = 251
_ACL_BUFFERS = 8

_Report = hci.HCI_LE_Advertising_Report_Event
_RSSI_DBM = -50

# Legacy advertising only: extended advertising, privacy and other physical layers do nothing on virtual air.
_LE_FEATURES = (
    hci.LeFeatureMask.LE_ENCRYPTION
    | hci.LeFeatureMask.EXTENDED_REJECT_INDICATION
    | hci.LeFeatureMask.LE_DATA_PACKET_LENGTH_EXTENSION
)


class AirController(Controller):
    """A controller that gives a buffer back to its host only when the packet has left over the air."""

    le_features = _LE_FEATURES
    le_acl_data_packet_length = _ACL_BYTES
    total_num_le_acl_data_packets = _ACL_BUFFERS
    supported_max_tx_octets = _ACL_BYTES
    supported_max_rx_octets = _ACL_BYTES
    suggested_max_tx_octets = _ACL_BYTES

    def __init__(self, name: str, link: LocalLink) -> None:
        super().__init__(name, link=link)

    def on_hci_acl_data_packet(self, packet: hci.HCI_AclDataPacket) -> None:
        """Pass data from the host to the link; the buffer stays taken until `on_acl_departed`."""
        connection = self.find_le_connection_by_handle(packet.connection_handle)
        if connection is not None:  # else: lost while the packet was on its way; the host flushes its queue
            connection.assembler.feed_packet(packet)

    def on_acl_departed(self, peer_address: hci.Address) -> None:
        """Tell the host that one data packet to `peer_address` has left."""
        connection = self.le_connections.get(peer_address)
        if connection is not None:
            self.send_hci_packet(
                hci.HCI_Number_Of_Completed_Packets_Event(
                    connection_handles=[connection.handle], num_completed_packets=[1]
                )
            )

    def on_advertising_pdu(self, pdu: ll.AdvInd | ll.AdvExtInd) -> None:
        """Report an advertisement and its scan response, and connect if the host waits for this advertiser."""
        address = pdu.advertiser_address
        if self.le_scan_enable:
            sender = self.link.find_le_controller(address)
            scan_response = b"" if sender is None else sender.le_legacy_advertiser.scan_response_data
            for event_type, data in (
                (_Report.EventType.ADV_IND, pdu.data),
                (_Report.EventType.SCAN_RSP, scan_response),
            ):
                report = _Report.Report(
                    event_type=event_type,
                    address_type=address.address_type,
                    address=address,
                    data=data,
                    rssi=_RSSI_DBM,
                )
                self.send_hci_packet(_Report([report]))
        if self.pending_le_connection is not None and self.pending_le_connection.peer_address == address:
            self.create_le_connection(address)

    def on_hci_le_create_connection_cancel_command(
        self, _command: hci.HCI_LE_Create_Connection_Cancel_Command
    ) -> hci.HCI_StatusReturnParameters:
        """Give up a pending connection (Core Specification, Vol 4, Part E, 7.8.13)."""
        pending = self.pending_le_connection
        if pending is None:
            return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.COMMAND_DISALLOWED_ERROR)
        self.pending_le_connection = None
        self.send_hci_packet(
            hci.HCI_LE_Connection_Complete_Event(
                status=hci.HCI_ErrorCode.UNKNOWN_CONNECTION_IDENTIFIER_ERROR,
                connection_handle=0,
                role=hci.Role.CENTRAL,
                peer_address_type=pending.peer_address.address_type,
                peer_address=pending.peer_address,
                connection_interval=0,
                peripheral_latency=0,
                supervision_timeout=0,
                central_clock_accuracy=0,
            )
        )
        return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.SUCCESS)

    # Bumble formats every packet for its debug log, read or not: most of its cost. These do without.

    def on_hci_packet(self, packet: hci.HCI_Packet) -> None:
        """Take a packet from the host."""
        if isinstance(packet, hci.HCI_AclDataPacket):
            self.on_hci_acl_data_packet(packet)
        else:
            super().on_hci_packet(packet)

    def send_hci_packet(self, packet: hci.HCI_Packet) -> None:
        """Send a packet to the host."""
        if self.host is not None:
            asyncio.get_running_loop().call_soon(self.host.on_packet, bytes(packet))
