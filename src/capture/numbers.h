/* numbers.h - numbers by which headers name what they carry
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_NUMBERS_H
#define CONNMON_NUMBERS_H

/* Of IANA's list of IEEE 802 numbers. */
enum {
    ETHERTYPE_COOKED_LLC = 0x0004, /* in Linux cooked headers alone */
    ETHERTYPE_MOST_LENGTH = 1500,  /* up to here a length is meant, and LLC follows */
    ETHERTYPE_IPV4 = 0x0800,
    ETHERTYPE_ETHERNET = 0x6558, /* transparent Ethernet bridging */
    ETHERTYPE_VLAN = 0x8100,
    ETHERTYPE_IPV6 = 0x86dd,
    ETHERTYPE_PPP = 0x880b,
    ETHERTYPE_MPLS = 0x8847,
    ETHERTYPE_MPLS_MULTICAST = 0x8848,
    ETHERTYPE_PPPOE = 0x8864,
    ETHERTYPE_FABRICPATH = 0x8903,
    ETHERTYPE_SERVICE_VLAN = 0x88a8,
    ETHERTYPE_OLD_SERVICE_VLAN = 0x9100,
};

/* Of IANA's list of protocol numbers. */
enum {
    PROTOCOL_HOP_BY_HOP = 0,
    PROTOCOL_IPV4 = 4,
    PROTOCOL_TCP = 6,
    PROTOCOL_UDP = 17,
    PROTOCOL_IPV6 = 41,
    PROTOCOL_ROUTING = 43,
    PROTOCOL_FRAGMENT = 44,
    PROTOCOL_GRE = 47,
    PROTOCOL_AUTHENTICATION = 51,
    PROTOCOL_DESTINATION = 60,
    PROTOCOL_ETHER_IP = 97,
    PROTOCOL_MPLS = 137,
};

/* The sizes of headers without options. */
enum {
    ETHERNET_HEADER = 14,
    VLAN_TAG = 4,
    PPPOE_HEADER = 6,
    IPV4_HEADER = 20, /* RFC 791 section 3.1 */
    IPV6_HEADER = 40, /* RFC 8200 section 3 */
    TCP_HEADER = 20,  /* RFC 9293 section 3.1 */
    UDP_HEADER = 8,
    GRE_HEADER = 4,
    VXLAN_HEADER = 8, /* RFC 7348 */
    GTP_HEADER = 8,   /* 3GPP TS 29.281 section 5 */
};

#endif
